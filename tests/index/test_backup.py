"""Copies of a collection in use, and the way back."""

import pytest

from index.errors import UserError
from index.maintenance.backup import backup, restore
from index.maintenance.verify import check
from tests.index.helpers import assert_whole, is_found, make_article, open_collection


def test_backup_and_restore_while_in_use(folder, tmp_path):
    with open_collection(folder, create=False) as collection:
        assert is_found(collection, 1)
        assert backup(folder, tmp_path / "copy") == 30
        collection.add([make_article(50)])
        collection.remove(["1"])
        assert restore(tmp_path / "copy", folder) == 30
        assert is_found(collection, 1)
        assert not is_found(collection, 50)
        collection.add([make_article(51), make_article(52)])
        assert restore(tmp_path / "copy", folder) == 30
        assert not is_found(collection, 51)
        assert check(collection).problems == []
    assert_whole(folder)
    assert restore(tmp_path / "copy", tmp_path / "elsewhere") == 30
    assert_whole(tmp_path / "elsewhere")
    assert_whole(tmp_path / "copy")


def test_backups_that_cannot_be(folder, tmp_path):
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "file").touch()
    for source, target in (
        (tmp_path / "missing", tmp_path / "copy"),
        (folder, tmp_path / "taken"),
    ):
        with pytest.raises(UserError):
            backup(source, target)
    with pytest.raises(UserError):
        restore(tmp_path / "taken", folder)
    with pytest.raises(UserError):
        restore(folder, tmp_path / "taken")
    assert_whole(folder)
