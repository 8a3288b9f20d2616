"""The picture of the house in CONTRIBUTING agrees with the tree."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("qa", "index", "ui")


def test_contributing_names_every_room():
    text = (ROOT / "CONTRIBUTING.md").read_text()
    for part in ROOMS:
        for folder in (ROOT / part).iterdir():
            if (folder / "__init__.py").is_file():
                assert f"`{part}/{folder.name}`" in text, f"{part}/{folder.name} is not told of"


def test_contributing_names_no_room_that_is_gone():
    text = (ROOT / "CONTRIBUTING.md").read_text()
    named = {word for word in text.split("`") if word.startswith(tuple(f"{p}/" for p in ROOMS))}
    assert named
    for name in named:
        assert (ROOT / name).exists(), f"{name} is not there"
