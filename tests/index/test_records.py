"""Records as people have them: JSON of many shapes, CSV of many dialects."""

import io
import json
import time
import zipfile
from datetime import date

import pytest

from index.errors import UserError
from index.sources.files import read_articles, read_file, read_input
from index.sources.inputs import Input, Note
from tests.index.helpers import open_collection


def read(path, **options):
    problems = []
    return list(read_articles([path], problems.append, **options)), problems


def written(tmp_path, name, content):
    path = tmp_path / name
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


ONE = {"title": "Quay", "text": "Ana Costa opened the quay."}
TWO = {"title": "Mill", "text": "Jon Vik sold the mill."}


@pytest.mark.parametrize(
    "document",
    [
        [ONE, TWO],
        {"status": "ok", "articles": [ONE, TWO]},
        {"version": "1", "title": "News", "description": "All of it", "items": [ONE, TWO]},
        {"data": {"posts": [{"node": ONE}, {"node": TWO}]}},
        {"7": ONE, "8": TWO},
    ],
)
def test_json_documents_that_hold_articles(tmp_path, document):
    articles, problems = read(written(tmp_path, "a.json", document))
    assert not problems
    assert [(article.title, article.text) for article in articles] == [
        (ONE["title"], ONE["text"]),
        (TWO["title"], TWO["text"]),
    ]


def test_a_json_document_that_is_an_article_or_lines_or_none(tmp_path):
    assert read(written(tmp_path, "a.json", ONE))[0][0].text == ONE["text"]
    lines = f"{json.dumps(ONE)}\n{json.dumps(TWO)}\n"
    assert len(read(written(tmp_path, "b.json", lines))[0]) == 2
    for content in ({"a": 1}, "[1, 2", []):
        articles, (problem,) = read(written(tmp_path, "c.json", content))
        assert not articles
        assert problem.startswith(f"{tmp_path}/c.json: ")
    with pytest.raises(UserError, match="one article"):
        read_file(tmp_path / "a.json")


def test_fields_that_news_services_use(tmp_path):
    record = {
        "source": {"id": None, "name": "Elby Post"},
        "Headline": {"rendered": "Quay"},
        "description": "A quay was opened.",
        "url": "https://a.org/1",
        "publishedAt": "2020-02-03T23:30:00-08:00",
        "content": ["Ana Costa came.", "It rained."],
    }
    (article,), problems = read(written(tmp_path, "a.json", [record]))
    assert not problems
    assert article.title == "Quay"
    assert article.text == "A quay was opened.\n\nAna Costa came.\n\nIt rained."
    assert (article.published, article.source) == (date(2020, 2, 3), "https://a.org/1")


def test_the_texts_within_an_article_are_told_and_do_not_take_its_place(tmp_path):
    comments = [{"by": "una", "text": "Good."}, {"text": "At last.", "replies": [{"body": "Yes."}]}]
    for document in ({**ONE, "comments": comments}, [{**ONE, "comments": comments}]):
        (article,), (note,) = read(written(tmp_path, "a.json", document))
        assert article.text == ONE["text"]
        assert isinstance(note, Note)
        assert note.endswith("a.json: 3 texts within the articles not read, in 'comments'")
    path = written(tmp_path, "a.jsonl", json.dumps({**ONE, "comments": comments}))
    assert len(read(path)[1]) == 1


@pytest.mark.parametrize(
    "document",
    [
        {"text": None, "items": [ONE]},
        {"content": [ONE]},
        {"article": {"headline": ONE["title"], "articleBody": ONE["text"]}},
        {"description": "All our news", "items": [ONE]},
    ],
)
def test_an_envelope_is_no_article(tmp_path, document):
    (article,), problems = read(written(tmp_path, "a.json", document))
    assert (article.title, article.text) == (ONE["title"], ONE["text"])
    assert not problems


def test_a_text_of_html_is_read_without_its_marks(tmp_path):
    html = "<p>The lock of <b>Velm</b> opens.</p>\n<ul><li>Boats &amp; rafts</li></ul>"
    text = "The lock of Velm opens.\n\n- Boats & rafts"
    excerpt = {"rendered": "<p>The lock of Velm [&hellip;]</p>"}
    for record in (
        {"title": {"rendered": "Lock &amp; quay"}, "content": {"rendered": html}},
        {"title": "Lock &amp; quay", "excerpt": excerpt, "content_html": html},
        {"title": "Lock &amp; quay", "body": html},
    ):
        (article,), problems = read(written(tmp_path, "a.json", [record]))
        assert (article.title, article.text) == ("Lock & quay", text)
        assert not problems
    (tmp_path / "a.csv").write_text(f'title,text\nLock &amp; quay,"{html}"\n')
    (article,), _ = read(tmp_path / "a.csv")
    assert (article.title, article.text) == ("Lock & quay", text)


def test_what_only_tells_of_html_stays(tmp_path):
    record = {"title": "The <p> element", "text": "Write <p> and </p> around each paragraph."}
    (article,), _ = read(written(tmp_path, "a.json", [record]))
    assert (article.title, article.text) == (record["title"], record["text"])
    (problem,) = read(written(tmp_path, "a.json", [{"text": "<p><img src=a.png></p>"}]))[1]
    assert "missing or empty" in problem


@pytest.mark.parametrize("stated", ["01/02/2019", 1549152000, "N/A", "February 2019"])
def test_an_article_is_not_refused_for_its_date(tmp_path, stated):
    articles, (problem,) = read(written(tmp_path, "a.json", [{**ONE, "date": stated}]))
    assert articles[0].published is None
    assert isinstance(problem, Note)
    assert str(stated) in problem


@pytest.mark.parametrize(
    "record", [{"id": 5}, {"url": "https://a.org/5"}, {"published": "2020-02-03"}, {}]
)
def test_a_corrected_record_replaces_the_old_one(tmp_path, record):
    with open_collection(tmp_path / "c") as collection:
        for text in ("Ana Costa is mayor.", "Jon Vik is mayor."):
            path = written(
                tmp_path, "a.jsonl", json.dumps({"title": "Mayor", **record, "text": text})
            )
            collection.add(read_articles([path], pytest.fail))
        assert [article.text for article in collection.articles()] == ["Jon Vik is mayor."]


def test_records_of_one_title_and_day_are_several_articles(tmp_path):
    lines = [{"title": "Weather", "text": f"It rained {n} mm."} for n in range(3)]
    path = tmp_path / "a.jsonl"
    with open_collection(tmp_path / "c") as collection:
        for order in (lines, lines[::-1], [*lines, lines[0]]):
            path.write_text("\n".join(map(json.dumps, order)))
            collection.add(read_articles([path], pytest.fail))
            assert sorted(article.text for article in collection.articles()) == [
                record["text"] for record in lines
            ]


def test_records_of_two_members_of_an_archive_with_the_same_ids_are_told(tmp_path):
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, towns in (("a", ("Elby", "Orm", "Skag")), ("b", ("Velm", "Orm", "Tarn"))):
            lines = [{"id": n, "text": f"The mayor of {town}."} for n, town in enumerate(towns)]
            archive.writestr(f"in/{name}.jsonl", "\n".join(map(json.dumps, lines)))
        archive.writestr("c.csv", "id,text\n7,The mayor of Rise.\n")
    problems = []
    texts = [article.text for article in read_articles([path], problems.append)]
    assert len(texts) == 7
    (told,) = problems
    assert isinstance(told, Note)
    assert told == (
        f"{path}!in/b.jsonl: 2 articles replace those of the same id in {path}!in/a.jsonl"
    )


def test_records_of_two_files_with_the_same_ids_are_told(tmp_path):
    for name, towns in (("a", ("Elby", "Orm", "Skag")), ("b", ("Velm", "Orm", "Tarn"))):
        lines = [{"id": n, "text": f"The mayor of {town}."} for n, town in enumerate(towns)]
        written(tmp_path, f"{name}.jsonl", "\n".join(map(json.dumps, lines)))
    written(tmp_path, "c.csv", "id,text\n2,The mayor of Rise.\n")
    problems = []
    files = read_articles([tmp_path], problems.append)
    with open_collection(tmp_path / "c") as collection:
        collection.add(files)
        assert files.ids == {article.id for article in collection.articles()} == {"0", "1", "2"}
    a, b, c = (tmp_path / name for name in ("a.jsonl", "b.jsonl", "c.csv"))
    assert problems == [
        f"{b}: 2 articles replace those of the same id in {a}",
        f"{c}: one article replaces that of the same id in {b}",
    ]
    assert all(isinstance(problem, Note) for problem in problems)
    assert files.incomplete == set()
    files = read_articles([a, a], pytest.fail)
    assert len(list(files)) == 6


def test_a_name_for_all_sources_is_no_identity(tmp_path):
    path = written(tmp_path, "a.json", [{**record, "source": "Elby Post"} for record in (ONE, TWO)])
    articles, _ = read(path)
    assert {article.source for article in articles} == {"Elby Post"}
    assert len({article.id for article in articles}) == 2


CSV = [
    ("title,text\nA,It rained, and it blew, all day.\n", ["It rained, and it blew, all day."]),
    ("text\nIt rained, and it blew.\n", ["It rained, and it blew."]),
    ("\n\ntext;title, with a comma\nIt rained;A\n", ["It rained"]),
    ('title;text\nA;"It; rained."\nB;It blew, hard.\n', ["It; rained.", "It blew, hard."]),
    (
        'title\ttext\nA\t"Gull" sank.\nB\t"The tern\nC\tIt blew.\n',
        ['"Gull" sank.', '"The tern', "It blew."],
    ),
    ('title,text\nA,"It\nrained, hard."\nB,x\n', ["It\nrained, hard.", "x"]),
    ("title,text,\nA,It rained.,\n", ["It rained."]),
    ("sep=;\ntitle;text\nA;It rained, hard.\n", ["It rained, hard."]),
]


@pytest.mark.parametrize(("content", "texts"), CSV)
def test_dialects_of_csv(tmp_path, content, texts):
    articles, problems = read(written(tmp_path, "a.csv", content))
    assert [article.text for article in articles] == texts
    assert not problems


def test_a_quotation_mark_that_is_not_closed_swallows_no_row(tmp_path):
    content = 'title,text\nA,"It rained.\nB,"It ""blew"", hard."\nC,It "snowed".\n'
    articles, (problem,) = read(written(tmp_path, "a.csv", content))
    assert [(article.title, article.text) for article in articles] == [
        ("A", '"It rained.'),
        ("B", 'It "blew", hard.'),
        ("C", 'It "snowed".'),
    ]
    assert problem.startswith(f"{tmp_path}/a.csv:2: ")


def test_cells_that_belong_to_no_column_are_told(tmp_path):
    content = "text,title\nIt rained, and blew,A\nIt snowed,B\n"
    articles, (problem,) = read(written(tmp_path, "a.csv", content))
    assert [article.text for article in articles] == ["It snowed"]
    assert problem.startswith(f"{tmp_path}/a.csv:2: 3 cells for 2 columns")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "title,author,text\nQuay,Ana Costa,Nine boats came.\n"),
        ("b.json", {"title": "Quay", "author": {"name": "Ana Costa"}, "text": "Nine boats came."}),
        (
            "c.json",
            {"title": "Quay", "authors": ["Ana  Costa", "", 12], "text": "Nine boats came."},
        ),
    ],
)
def test_who_wrote_a_record_is_its_byline(tmp_path, name, content):
    (article,), problems = read(written(tmp_path, name, content))
    assert (article.byline, article.text, problems) == ("Ana Costa", "Nine boats came.", [])


@pytest.mark.parametrize(
    ("name", "content", "where"),
    [
        ("a.csv", "title,Text,title,text\nQuay,Ana came.,Port,Jon left.\n", "a.csv:2"),
        ("b.tsv", "text\ttext\ttitle\ttitle\nAna came.\tJon left.\tQuay\tPort\n", "b.tsv:2"),
        (
            "c.jsonl",
            '{"title": "Quay", "text": "Ana came.", "title": "Port", "text": "Jon left."}',
            "c.jsonl:1",
        ),
        (
            "d.json",
            '[{"body": "Ana came.", "title": "Quay", "body": "Jon left.", "title": "Port"}]',
            "d.json[1]",
        ),
    ],
)
def test_two_fields_of_one_name_lose_no_text(tmp_path, name, content, where):
    (article,), problems = read(written(tmp_path, name, content))
    assert (article.title, article.text) == ("Quay", "Ana came.\n\nJon left.")
    (told,) = problems
    assert where in told
    assert "'title'" in told
    assert "'Port'" in told


def test_lists_of_one_name_are_read_both(tmp_path):
    one, two = json.dumps(ONE), json.dumps(TWO)
    path = written(tmp_path, "a.json", f'{{"items": [{one}], "items": [{two}]}}')
    articles, problems = read(path)
    assert [article.title for article in articles] == ["Quay", "Mill"]
    assert not problems


def test_the_same_value_twice_or_an_empty_one_is_nothing_to_tell(tmp_path):
    table = "title,text,title,text,,\nQuay,Ana came.,,Ana came.,1,2\n"
    (article,), problems = read(written(tmp_path, "a.csv", table))
    assert (article.title, article.text, problems) == ("Quay", "Ana came.", [])


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("kind", ["txt", "csv", "tsv", "jsonl", "json", "md"])
def test_text_of_any_encoding(tmp_path, codec, kind):
    text = "The café’s owner, Zoë Müller, said “no” – for 5 years, and so did Renée and José Núñez."
    content = {
        "txt": text,
        "md": text,
        "csv": f'title,text\nA,"{text}"\n',
        "tsv": f"title\ttext\nA\t{text}\n",
        "jsonl": json.dumps({"text": text}, ensure_ascii=False) + "\n",
        "json": json.dumps([{"text": text}], ensure_ascii=False),
    }[kind]
    path = tmp_path / f"a.{kind}"
    path.write_bytes(content.encode(codec))
    (article,), problems = read(path)
    assert article.text.strip() == text
    assert ["Windows-1252" in problem for problem in problems] == [True] * (codec == "cp1252")
    assert all(isinstance(problem, Note) for problem in problems)


@pytest.mark.parametrize("kind", ["txt", "html", "md"])
def test_one_byte_that_is_wrong_is_replaced_and_told(tmp_path, kind):
    path = tmp_path / f"a.{kind}"
    text = "<p>The café’s owner, Zoë Müller, spoke.</p><p>She said no.</p>" * 3
    path.write_bytes(text.encode() + b" caf\xe9 \n")
    (article,), (problem,) = read(path)
    assert "Zoë Müller" in article.text
    assert isinstance(problem, Note)
    assert "one byte" in problem


def test_other_scripts_are_known_by_their_bytes(tmp_path):
    for number, (codec, text) in enumerate(
        [
            ("koi8-r", "Мэр города сказал, что мост откроют в мае, а не в апреле."),
            ("cp932", "東京の市長は橋が五月に開くと言った。"),
        ]
    ):
        path = tmp_path / f"{number}.txt"
        path.write_bytes(text.encode(codec))
        assert read(path)[0][0].text == text


@pytest.mark.parametrize(
    "text",
    ["{} x", "{}x", "Title: A\n{} x", "A headline{} and on", "---\na: b{}\n---\nx", "Date: {}x"],
)
@pytest.mark.parametrize("blank", [" ", "\n", "\t"])
def test_to_look_for_a_head_takes_little_more_than_to_parse_the_record(text, blank):
    line = json.dumps({"text": text.replace("{}", blank * 2_000_000)}).encode()
    document = Input("a.jsonl", "a", ".jsonl", len(line), lambda: io.BytesIO(line))
    begin = time.process_time()
    json.loads(line)
    parsed = time.process_time()
    assert len(list(read_input(document, print, {}))) == 1
    assert time.process_time() - parsed < 100 * (parsed - begin)


@pytest.mark.parametrize(
    ("name", "content", "column"),
    [
        ("a.csv", "headline,body,day\nQuay,It opened.,2024-06-01\n", "day"),
        ("b.jsonl", json.dumps({**ONE, "Erscheinungstag": "June 1, 2024"}), "Erscheinungstag"),
        ("c.json", [{**ONE, "seen": "2024-06-01"}, {**TWO, "seen": "3 June 2024"}], "seen"),
        (
            "d.csv",
            "text,no,issued,bad\nOne.,1,2024-06-01,x\nTwo.,2,2024-06-02,2024-06-01",
            "issued",
        ),
    ],
)
def test_a_column_of_dates_that_none_is_taken_from_is_told(tmp_path, name, content, column):
    path = written(tmp_path, name, content)
    articles, problems = read(path)
    assert not any(article.published for article in articles)
    (told,) = problems
    assert isinstance(told, Note)
    assert f"{column!r} holds dates, and --map published={column} takes them" in told
    articles, problems = read(path, fields={"published": column})
    assert all(article.published for article in articles)
    assert not problems


@pytest.mark.parametrize(
    "content",
    [
        {**ONE, "date": "2024-06-01", "updated": "2024-06-02"},
        {**ONE, "year": "2024", "edition": "01/02/2024", "page": "12"},
        {**ONE, "text": "Oban, 1 June 2024\n\nThe quay was opened.", "updated": "2024-06-02"},
    ],
)
def test_other_dates_of_a_record_with_one_are_no_note(tmp_path, content):
    _, problems = read(written(tmp_path, "a.json", content))
    assert not problems
