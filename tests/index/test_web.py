"""Articles of pages, feeds and sitemaps."""

import gzip
from datetime import date

import pytest

from index.identity import article_id
from index.sources.feeds import Listed, listed_pages
from index.sources.web import WebArticles, is_url
from tests.index.helpers import open_collection
from tests.index.website import fetcher, read
from ui.uploads import read_address


def test_a_page_becomes_an_article(site):
    site.page("/harbour", "Harbour news")
    (article,), problems = read(site, "/harbour#top")
    assert not problems
    assert article.title == "Harbour news"
    assert "new quay" in article.text
    assert article.source == f"{site.url}/harbour"
    assert article.id == article_id(article.source)
    assert site.requests[0][0] == "/robots.txt"
    assert site.requests[0][2].startswith("article-qa")


def rss(site):
    items = "".join(
        f"<item><title>{n}</title><link>{site.url}/{n}</link>"
        f"<pubDate>Sat, 0{n + 1} Jun 2019 10:00:00 GMT</pubDate></item>"
        for n in range(3)
    )
    text = f'<?xml version="1.0"?><rss version="2.0"><channel>{items}</channel></rss>'
    return (200, "application/rss+xml", text.encode())


def test_a_feed_gives_its_pages_and_their_dates(site):
    for number in range(3):
        site.page(f"/{number}", f"Page {number}")
    site.routes["/feed"] = rss(site)
    articles, problems = read(site, "/feed")
    assert not problems
    assert [str(article.published) for article in articles] == [
        "2019-06-01",
        "2019-06-02",
        "2019-06-03",
    ]


def test_a_second_run_goes_on_where_the_first_ended(site):
    for number in range(3):
        site.page(f"/{number}", f"Page {number}")
    site.routes["/feed"] = rss(site)
    reading = iter(WebArticles([f"{site.url}/feed"], print, lambda article_id: False, fetcher()))
    first = next(reading)
    site.requests.clear()
    articles, _ = read(site, "/feed", known=lambda identity: identity == first.id)
    assert [article.title for article in articles] == ["Page 1", "Page 2"]
    assert "/0" not in site.paths()


def test_sitemaps_also_nested_and_packed(site):
    site.page("/a", "Page A")
    site.page("/b", "Page B")
    space = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    index = (
        f"<sitemapindex {space}><sitemap><loc>{site.url}/part.xml.gz</loc></sitemap></sitemapindex>"
    )
    part = f"<urlset {space}><url><loc>/a</loc></url><url><loc>{site.url}/b</loc></url></urlset>"
    site.routes["/sitemap.xml"] = (200, "application/xml", index.encode())
    site.routes["/part.xml.gz"] = (200, "application/gzip", gzip.compress(part.encode()))
    problems = []
    web = WebArticles([f"{site.url}/sitemap.xml"], problems.append, fetcher=fetcher())
    assert [article.title for article in web] == ["Page A", "Page B"]
    assert not problems
    assert web.done == web.total == 4


def test_sitemaps_that_name_each_other_end(site):
    space = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    text = f"<sitemapindex {space}><sitemap><loc>{site.url}/s.xml</loc></sitemap></sitemapindex>"
    site.routes["/s.xml"] = (200, "text/xml", text.encode())
    articles, (problem,) = read(site, "/s.xml")
    assert not articles
    assert problem == f"{site.url}/s.xml: a sitemap within 3 others; give it by itself"


LINKS = ["http://[x]", "http://[x]/a", "//[", "http://a:b/"]


@pytest.mark.parametrize("link", LINKS)
def test_a_link_that_is_no_address_is_one_page(site, link):
    site.page("/a", "Page A")
    sitemap = f"<urlset><url><loc>{link}</loc></url><url><loc>/a</loc></url></urlset>"
    site.routes["/s.xml"] = (200, "text/xml", sitemap.encode())
    feed = (
        f'<?xml version="1.0"?><rss version="2.0"><channel><item><link>{link}</link></item>'
        f"<item><link>{site.url}/a</link></item></channel></rss>"
    )
    site.routes["/feed"] = (200, "application/rss+xml", feed.encode())
    for listing in ("/s.xml", "/feed"):
        articles, problems = read(site, listing)
        assert [article.title for article in articles] == ["Page A"]
        assert len(problems) == 1


@pytest.mark.parametrize("link", ["http://[x]", "http://[x]/a#b"])
def test_a_given_address_that_is_none(site, link):
    site.page("/a", "Page A")
    problems = []
    web = WebArticles([link, f"{site.url}/a"], problems.append, fetcher=fetcher())
    assert [article.title for article in web] == ["Page A"]
    assert problems == [f"{link}: not an address of the form https://host/page"]


def test_a_redirect_to_what_is_no_address(site):
    site.page("/a", "Page A")
    site.routes["/moved"] = (302, "text/html", b"", ("Location", "http://[x]"))
    articles, (problem,) = read(site, "/moved", "/a")
    assert [article.title for article in articles] == ["Page A"]
    assert problem.startswith(f"{site.url}/moved: the server redirects to 'http://[x]'")
    site.routes["/robots.txt"] = site.routes["/moved"]
    assert "/robots.txt: the server redirects" in read(site, "/a")[1][0]


def test_a_header_that_no_library_expects(site):
    site.page("/a", "Page A")
    site.routes["/busy"] = (503, "text/html", b"", ("Retry-After", "\xb2"))
    articles, (problem,) = read(site, "/busy", "/a")
    assert [article.title for article in articles] == ["Page A"]
    assert problem == f"{site.url}/busy: the server answers with status 503"


def test_damaged_sitemaps(site):
    site.page("/a", "Page A")
    packed = bytearray(gzip.compress(b"<urlset>" + bytes(range(256)) * 20))
    packed[20:30] = bytes(byte ^ 0xFF for byte in packed[20:30])
    site.routes["/s.xml.gz"] = (200, "application/gzip", bytes(packed))
    site.routes["/s.xml"] = (200, "text/xml", b"\0<urlset>")
    articles, (first, second) = read(site, "/s.xml.gz", "/s.xml", "/a")
    assert [article.title for article in articles] == ["Page A"]
    assert first.startswith(f"{site.url}/s.xml.gz: cannot be unpacked")
    assert second == f"{site.url}/s.xml: not a sitemap"


@pytest.mark.parametrize(
    ("tag", "stated", "day"),
    [
        ("pubDate", "Sat, 01 Jun 2019 23:59:00 -1100", date(2019, 6, 1)),
        ("pubDate", "Sat, 01 Jun 19 00:10:00 +1400", date(2019, 6, 1)),
        ("pubDate", "2019-06-01T00:10:00+14:00", date(2019, 6, 1)),
        ("pubDate", "2019/6/1 8:00", date(2019, 6, 1)),
        ("dc:date", "2019-06-01T23:00:00Z", date(2019, 6, 1)),
        ("pubDate", "1559390400", None),
        ("pubDate", "2019-06", None),
        ("pubDate", "01/06/2019", None),
        ("pubDate", "Sat, 31 Jun 19 00:10:00 GMT", None),
        ("pubDate", "today", None),
    ],
)
def test_the_day_of_an_entry_is_the_one_that_is_written(tag, stated, day):
    text = (
        '<?xml version="1.0"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<channel><item><link>http://a.org/1</link><{tag}>{stated}</{tag}></item></channel></rss>"
    )
    assert listed_pages(text.encode(), "http://a.org/feed").pages == (
        Listed("http://a.org/1", day),
    )


def test_the_last_change_of_an_atom_entry_is_not_its_publication():
    def atom(dates):
        return (
            '<feed xmlns="http://www.w3.org/2005/Atom"><entry><link href="http://a.org/1"/>'
            f"{dates}</entry></feed>"
        ).encode()

    changed = "<updated>2020-02-03T00:00:00Z</updated>"
    published = "<published>2019-06-01T00:00:00+09:00</published>"
    for dates, day in ((changed, None), (changed + published, date(2019, 6, 1))):
        assert listed_pages(atom(dates), "http://a.org/feed").pages[0].published == day


OWN_TEXTS = """<?xml version="1.0"?><rss version="2.0"
    xmlns:content="http://purl.org/rss/1.0/modules/content/"
    xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Quay</title>
<item><title>Lock &amp;amp; quay</title><guid isPermaLink="false">n-1</guid><dc:creator>Una Dahl
  </dc:creator><pubDate>Mon, 03 Feb 2020 23:30:00 -0800</pubDate><description>&lt;p&gt;The lock
  opens.&lt;/p&gt;&lt;ul&gt;&lt;li&gt;Boats&lt;/li&gt;&lt;/ul&gt;</description></item>
<item><description>Only a note: 3 &amp;lt; 4.</description></item>
<item><title>Tides</title><description>High at six.</description></item>
<item><title>Tides</title><description>High at seven.</description></item>
<item><title>Gulls</title><description>A deck.</description>
  <content:encoded><![CDATA[<p>Gulls nest.</p><script>no()</script>]]></content:encoded></item>
<item><title>Silence</title><enclosure url="http://a.org/1.mp3" type="audio/mpeg"/></item>
<item><title>Page</title><link>/0</link><description>Of the page.</description></item>
</channel></rss>"""


def test_an_entry_without_a_link_is_read_as_its_own_text(site):
    site.page("/0", "Page 0")
    site.routes["/feed"] = (200, "application/rss+xml", OWN_TEXTS.encode())
    articles, problems = read(site, "/feed")
    assert [(article.title, article.text) for article in articles[:5]] == [
        ("Lock & quay", "The lock opens.\n\n- Boats"),
        ("", "Only a note: 3 < 4."),
        ("Tides", "High at six."),
        ("Tides", "High at seven."),
        ("Gulls", "A deck.\n\nGulls nest."),
    ]
    assert articles[0].published == date(2020, 2, 3)
    assert articles[0].byline == "Una Dahl"
    assert articles[0].source == f"{site.url}/feed#n-1"
    assert articles[5].source == f"{site.url}/0"
    assert problems == [
        f"{site.url}/feed: entry 6 ('Silence') has neither a link nor a text; skipped"
    ]
    again, _ = read(site, "/feed")
    assert [article.id for article in again] == [article.id for article in articles]
    assert len({article.id for article in articles}) == 6


def test_the_name_of_an_atom_entry_is_no_link(site):
    text = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>Birds</title><entry><id>http://a.org/1'
        '</id><title type="html">&lt;b&gt;Terns&lt;/b&gt; nest</title><content type="xhtml"><div '
        'xmlns="http://www.w3.org/1999/xhtml"><p>On the quay.</p><p>By the lock.</p></div>'
        "</content></entry><entry><id>urn:x:2</id><title>Gulls</title><summary>A few.</summary>"
        "</entry></feed>"
    )
    site.routes["/feed"] = (200, "application/atom+xml", text.encode())
    articles, problems = read(site, "/feed")
    assert [(article.title, article.text) for article in articles] == [
        ("Terns nest", "On the quay.\n\nBy the lock."),
        ("Gulls", "A few."),
    ]
    assert not problems


def test_a_sitemap_of_news_states_dates():
    text = (
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>http://a.org/1</loc>'
        "<lastmod>2021-01-01</lastmod><news:news><news:publication_date>2019-06-01T23:00:00-05:00"
        "</news:publication_date></news:news></url><url><loc>http://a.org/2</loc>"
        "<lastmod>2021-01-01</lastmod></url></urlset>"
    )
    pages = listed_pages(text.encode(), "http://a.org/s.xml").pages
    assert [page.published for page in pages] == [date(2019, 6, 1), None]


def test_a_missing_page_of_a_feed_loses_no_other(site, tmp_path):
    for number in (0, 2):
        site.page(f"/{number}", f"Page {number}")
    site.routes["/feed"] = rss(site)
    with open_collection(tmp_path / "c") as collection:
        problems = []
        collection.add(read_address(f"{site.url}/feed", problems.append, fetcher()))
        assert "404" in problems[0]
        assert {article.title for article in collection.articles()} == {"Page 0", "Page 2"}


def test_external_entities_are_not_read(site):
    text = (
        '<?xml version="1.0"?><!DOCTYPE urlset [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
        "<urlset><url><loc>/&x;a</loc></url></urlset>"
    )
    site.routes["/s.xml"] = (200, "text/xml", text.encode())
    assert not read(site, "/s.xml")[0]
    assert all("root" not in path for path in site.paths())


def test_kinds_that_are_no_pages_are_skipped(site):
    site.routes["/film"] = (200, "video/mp4", b"\0\0")
    assert "not a page" in read(site, "/film")[1][0]


def test_what_is_an_address():
    assert is_url("https://example.com/a")
    assert not is_url("https.txt")
