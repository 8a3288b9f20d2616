"""Articles of pages, feeds and sitemaps."""

import gzip

from index.identity import article_id
from index.web import WebArticles, is_url
from tests.index.website import fetcher, read


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
        "2019-06-01", "2019-06-02", "2019-06-03",
    ]  # fmt: skip


def test_a_second_run_goes_on_where_the_first_ended(site):
    for number in range(3):
        site.page(f"/{number}", f"Page {number}")
    site.routes["/feed"] = rss(site)
    reading = iter(WebArticles([f"{site.url}/feed"], print, lambda each: False, fetcher()))
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
    articles, problems = read(site, "/s.xml")
    assert not articles
    assert len(problems) == 1


def test_external_entities_are_not_read(site):
    text = (
        '<?xml version="1.0"?><!DOCTYPE urlset [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
        "<urlset><url><loc>/&x;a</loc></url></urlset>"
    )
    site.routes["/s.xml"] = (200, "text/xml", text.encode())
    assert all("root" not in path for path in site.paths())
    assert not read(site, "/s.xml")[0]


def test_kinds_that_are_no_pages_are_skipped(site):
    site.routes["/film"] = (200, "video/mp4", b"\0\0")
    assert "not a page" in read(site, "/film")[1][0]


def test_what_is_an_address():
    assert is_url("https://example.com/a")
    assert not is_url("https.txt")
