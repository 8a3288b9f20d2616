"""Archives are read member by member, within limits."""

from tests.index.helpers import read, zipped


def test_a_zip_is_read_member_by_member(tmp_path):
    path = zipped(
        tmp_path / "a.zip",
        {
            "one.txt": "First text.",
            "folder/two.jsonl": '{"text": "Second text."}',
            "__MACOSX/._one.txt": "no",
            ".hidden.txt": "no",
            "picture.png": "no",
            "bad.txt": b"\0",
        },
    )
    articles, problems = read(path)
    assert [article.text for article in articles] == ["First text.", "Second text."]
    assert articles[0].source == f"{path}!one.txt"
    assert problems == [
        f"{path}!picture.png: .png files are not read",
        f"{path}!bad.txt: a binary file, not text",
    ]


def test_archives_in_archives_are_read_up_to_a_depth(tmp_path):
    content = zipped(tmp_path / "0.zip", {"a.txt": "Level 0."}).read_bytes()
    for level in range(1, 6):
        members = {f"a{level}.txt": f"Level {level}.", "b.zip": content}
        content = zipped(tmp_path / f"{level}.zip", members).read_bytes()
    articles, (problem,) = read(tmp_path / "5.zip")
    assert [article.text for article in articles] == [
        "Level 5.",
        "Level 4.",
        "Level 3.",
        "Level 2.",
    ]
    assert articles[1].source == f"{tmp_path}/5.zip!b.zip!a4.txt"
    assert problem.startswith(f"{tmp_path}/5.zip!b.zip!b.zip!b.zip!b.zip: ")


def test_bombs_in_archives_are_refused(tmp_path):
    bomb = zipped(tmp_path / "b.zip", {"a.txt": b"a" * 9_000_000}).read_bytes()
    many = zipped(tmp_path / "c.zip", {f"{n}.zip": bomb for n in range(4)} | {"a.txt": "Fine."})
    articles, problems = read(many)
    assert [len(article.text) for article in articles] == [9_000_000, 5]
    assert ["bomb" in problem for problem in problems] == [True] * 3


def test_bombs_are_refused(tmp_path):
    bomb = zipped(tmp_path / "a.zip", {"a.txt": b"a" * 30_000_000})
    assert "bomb" in read(bomb)[1][0]
    document = zipped(tmp_path / "a.docx", {"word/document.xml": b" " * 30_000_000})
    assert "bomb" in read(document)[1][0]


def test_a_member_that_lies_about_its_size(tmp_path):
    path = zipped(tmp_path / "a.zip", {"a.txt": b"abc " * 1000, "b.txt": b"fine text"})
    content = path.read_bytes()
    lie = (4000).to_bytes(4, "little")
    assert content.count(lie) >= 2
    path.write_bytes(content.replace(lie, (40).to_bytes(4, "little")))
    articles, problems = read(path)
    assert [article.text for article in articles] == ["fine text"]
    assert len(problems) == 1
