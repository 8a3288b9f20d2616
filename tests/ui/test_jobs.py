"""Adding as a job: what was accepted goes in, whatever happens to page, client and server."""

import io
import json
import sqlite3
import time
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient

from index.collection import Collection
from ui.jobs import store as job_store
from ui.jobs.store import JobStore, UnknownJobError
from ui.jobs.types import ItemState, JobState
from ui.server import Options, build_app
from ui.service import Service
from ui.uploads import relative_name

TAKES_LONG = 300.0


def text(number: int) -> bytes:
    return (
        f"The lock of Hamlet {number} was opened by Engineer Nr{number} in 19{number:02}.".encode()
    )


def sent(names: Any) -> list[tuple[str, tuple[str, bytes]]]:
    return [("files", (name, content)) for name, content in names]


def ended(client: Any, job_id: str, **headers: Any) -> Any:
    """The job, once it has ended."""
    due = time.monotonic() + TAKES_LONG
    while time.monotonic() < due:
        job = client.get(f"/api/jobs/{job_id}", **headers).json()
        if job["state"] in ("done", "cancelled"):
            return job
        time.sleep(0.1)
    raise AssertionError(job)


@pytest.fixture
def own(service: Service) -> Iterator[TestClient]:
    """Somebody with a cookie of their own."""
    with TestClient(build_app(service, Options()), base_url="http://localhost") as client:
        client.get("/")
        yield client


def test_the_good_files_go_in_and_the_others_are_told(own: TestClient, service: Service) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("in/a.txt", text(1))
        made.writestr("in/b.bin", b"x")
    files = [
        ("one/a.txt", text(2)),
        ("two/a.txt", text(3)),
        ("one/.DS_Store", b"x"),
        ("broken.pdf", b"no pdf at all"),
        ("letter.rtf", b"{}"),
        ("empty.md", b""),
        ("rows.jsonl", b'{"text": "The dyke of Orm is 3 m high."}\n{broken\n'),
        ("date.html", b"<p>Posted 01/02/2019</p><p>The mill of Tarn was sold to Ida Moor.</p>"),
        ("all.zip", archive.getvalue()),
    ]
    reply = own.post("/api/jobs", files=sent(files))
    assert reply.status_code == 202
    assert reply.headers["location"] == f"/api/jobs/{reply.json()['id']}"
    job = ended(own, reply.json()["id"])
    states = {file["name"]: file["state"] for file in job["files"]}
    assert states == {
        "one/a.txt": "done",
        "two/a.txt": "done",
        "broken.pdf": "skipped",
        "letter.rtf": "skipped",
        "empty.md": "skipped",
        "rows.jsonl": "partly",
        "date.html": "done",
        "all.zip": "partly",
    }
    problems = {file["name"]: " ".join(file["problems"]) for file in job["files"]}
    assert "not a PDF" in problems["broken.pdf"]
    assert "rows.jsonl:2" in problems["rows.jsonl"]
    assert "all.zip!in/b.bin" in problems["all.zip"]
    assert job["words"] == "8 of 8, 3 skipped, 2 read in part"
    assert job["added"] == 5
    sources = {article.source for article in service.library.collection().articles()}
    assert {"one/a.txt", "two/a.txt", "all.zip!in/a.txt"} <= sources
    again = ended(own, own.post("/api/jobs", files=sent(files[:2])).json()["id"])
    assert (again["added"], again["unchanged"]) == (0, 2)


def test_a_job_comes_in_several_requests_and_says_what_never_came(
    own: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = own.post("/api/jobs", files=sent([("c1.txt", text(4))]), data={"expect": "3"}).json()
    assert first["state"] == "receiving"
    path = f"/api/jobs/{first['id']}/files"
    assert own.post(path, files=sent([("c2.txt", text(5))])).json()["received"] == 2
    monkeypatch.setattr(job_store, "SENDING_SECONDS", 0.0)
    job = ended(own, first["id"])
    assert job["words"] == "2 of 3, 1 never came: send them again"


def test_nobody_sees_the_job_of_another(own: TestClient) -> None:
    job = own.post("/api/jobs", files=sent([("d.txt", text(6))])).json()
    path = f"/api/jobs/{job['id']}"
    mine = dict(own.cookies)
    own.cookies.clear()
    for _ in range(2):  # without a cookie, and with one of their own
        assert own.get(path).status_code == 404
        assert own.get(f"{path}/events").status_code == 404
        assert own.delete(path).status_code == 404
        assert own.post(f"{path}/files", files=sent([("e.txt", b"x")])).status_code == 404
        assert job["id"] not in own.get("/api/jobs").text
        own.get("/")
    own.cookies.clear()
    own.cookies.update(mine)
    assert own.get("/api/jobs").json()["jobs"][0]["id"] == job["id"]


def test_programs_with_different_credentials_are_different_owners(service: Service) -> None:
    app = build_app(service, Options(auth="ann:pw", api_key="k"))
    client = TestClient(app, base_url="http://localhost")
    key = {"headers": {"authorization": "Bearer k"}}
    assert client.post("/api/jobs", files=sent([("f.txt", text(7))])).status_code == 401
    job = client.post("/api/jobs", files=sent([("f.txt", text(7))]), **key).json()  # type: ignore[arg-type]
    assert ended(client, job["id"], **key)["words"] == "1 of 1"
    assert client.get(f"/api/jobs/{job['id']}", auth=("ann", "pw")).status_code == 404


def test_events_tell_of_each_change_until_the_end(own: TestClient) -> None:
    job = own.post("/api/jobs", files=sent([(f"g{n}.txt", text(10 + n)) for n in range(20)])).json()
    with own.stream("GET", f"/api/jobs/{job['id']}/events") as reply:
        assert reply.headers["content-type"].startswith("text/event-stream")
        lines = list(reply.iter_lines())
    events = [line.removeprefix("event: ") for line in lines if line.startswith("event")]
    data = [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data")]
    assert events[-1] == "end"
    assert set(events[:-1]) <= {"progress"}
    assert [item["ended"] for item in data] == sorted(item["ended"] for item in data)
    assert data[-1]["words"] == "20 of 20"


def test_addresses_are_a_job_too(own: TestClient) -> None:
    given = {"addresses": ["http://127.0.0.1:1/a", "ftp://a.example/"]}
    reply = own.post("/api/jobs", json=given)
    assert reply.status_code == 202
    job = ended(own, reply.json()["id"])
    assert [file["state"] for file in job["files"]] == ["skipped", "skipped"]
    assert "http" in job["files"][1]["problems"][0]


@pytest.mark.parametrize(
    ("given", "status", "words"),
    [
        ({"json": {}}, 422, "addresses: is missing"),
        ({"json": {"addresses": ["http://a.example"], "x": 1}}, 422, "x: is no field"),
        ({"content": b"{", "headers": {"content-type": "application/json"}}, 422, "not JSON"),
        ({"data": {"collection": "main"}}, 400, "no files"),
        ({"files": sent([("a.txt", b"x")]), "data": {"expect": "many"}}, 400, "expect"),
        ({"files": sent([("a.txt", b"x")]), "data": {"collection": "none"}}, 404, "collection"),
    ],
)
def test_what_is_no_job_is_refused(own: TestClient, given: Any, status: int, words: str) -> None:
    reply = own.post("/api/jobs", **given)
    assert (reply.status_code, words in reply.text) == (status, True), reply.text


def test_files_on_their_way_are_kept_while_a_worker_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where two people send at once to a server that has just started."""
    store = JobStore(tmp_path / "jobs")
    job_id = store.create("ann", "main", 1)
    (tmp_path / "a.txt").write_bytes(text(1))
    move = job_store._move

    def slow(source: Path, target: Path) -> None:
        store.resume()
        move(source, target)

    monkeypatch.setattr(job_store, "_move", slow)
    store.receive(job_id, "ann", [("a.txt", tmp_path / "a.txt")])
    assert [item.state for item in store.job(job_id, "ann").items] == [ItemState.WAITING]
    assert store.path_of(job_id, store.job(job_id, "ann").items[0]).read_bytes() == text(1)
    # What a request left that was cut off long ago goes.
    store._reserve(job_id, "ann", ["b.txt"], [3], address=False)
    monkeypatch.setattr(job_store, "_ARRIVING_SECONDS", -1.0)
    store.resume()
    store._arrived(job_id, 1, 1)
    assert len(store.job(job_id, "ann").items) == 1
    store.close()


def test_a_file_that_a_killed_server_left_behind_its_item_is_deleted(tmp_path: Path) -> None:
    store = JobStore(tmp_path / "jobs")
    job_id = store.create("ann", "main", 2)
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_bytes(text(1))
    store.receive(job_id, "ann", [(name, tmp_path / name) for name in ("a.txt", "b.txt")])
    _, _, (first, second) = store.claim((), 2, 10**6)
    store.record(job_id, replace(first, state=ItemState.DONE))
    store.path_of(job_id, first).write_bytes(text(1))  # As if the kill had come before this.
    store.resume()
    assert not store.path_of(job_id, first).exists()
    assert store.path_of(job_id, second).read_bytes() == text(1)
    store.close()


def test_a_cancelled_job_begins_nothing_more(tmp_path: Path) -> None:
    jobs = JobStore(tmp_path / "jobs")
    job_id = jobs.create("ann", "main", 2)
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("x")
        jobs.receive(job_id, "ann", [(name, tmp_path / name)])
    with pytest.raises(UnknownJobError):
        jobs.cancel(job_id, "ben")
    assert jobs.claim([], 1, 100)[2][0].name == "a.txt"
    jobs.cancel(job_id, "ann")
    assert jobs.claim([], 10, 100)[2] == []
    job = jobs.job(job_id, "ann")
    assert job.state is JobState.CANCELLED
    assert [item.state for item in job.items] == [ItemState.READING, ItemState.CANCELLED]
    jobs.cancel(job_id, "ann")
    with pytest.raises(UnknownJobError):
        jobs.job(job_id, "ann")


def test_a_collection_that_is_renamed_gets_all_of_its_job(own: TestClient) -> None:
    own.post("/api/collections", json={"name": "Old name"})
    files = sent((f"r{n}.txt", text(n)) for n in range(50))
    job = own.post("/api/jobs", files=files, data={"collection": "Old name"}).json()
    renamed = own.patch("/api/collections/Old name", json={"name": "New name"})
    assert renamed.status_code == 200
    job = ended(own, job["id"])
    assert (job["collection"], job["words"]) == ("New name", "50 of 50")
    assert own.get("/api/collections/New name").json()["articles"] == 50
    waiting = own.post("/api/jobs", files=files, data={"collection": "New name"}).json()
    assert own.delete("/api/collections/New name").status_code == 204
    assert ended(own, waiting["id"])["state"] == "done"


def test_jobs_take_turns(tmp_path: Path) -> None:
    jobs = JobStore(tmp_path / "jobs")
    ids = [jobs.create(owner, "main", 3) for owner in ("ann", "ben")]
    for job_id, owner in zip(ids, ("ann", "ben"), strict=True):
        for name in "abc":
            (tmp_path / name).write_text("x")
            jobs.receive(job_id, owner, [(name, tmp_path / name)])
    first = jobs.claim([], 1, 100)[0]
    assert {first, jobs.claim([first], 1, 100)[0]} == set(ids)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "etc/passwd"),
        ("C:\\news\\a.txt", "C:/news/a.txt"),
        ("/a//./b/../c.txt", "a/b/c.txt"),
        ("a\0b\n.txt", "a_b_.txt"),
        ("..", "file"),
    ],
)
def test_folders_of_names_lead_nowhere_else(given: str, kept: str) -> None:
    assert relative_name(given) == kept


def test_a_job_goes_on_after_the_server_was_killed(tmp_path: Path, start_server: Any) -> None:
    folder = tmp_path / "collection"
    Collection(folder, create=True).close()
    options = ("--collection", str(folder), "--library", str(tmp_path / "library"))
    server = start_server(tmp_path, *options)
    names = [(f"deep/k{n}.txt", text(n) * 5) for n in range(60)]
    with httpx.Client(base_url=server.url, timeout=120) as client:
        job_id = client.post("/api/jobs", files=sent(names)).json()["id"]
        while client.get(f"/api/jobs/{job_id}").json()["ended"] < 5:
            time.sleep(0.05)
    server.process.kill()
    server.process.wait()
    server = start_server(tmp_path, *options)
    with httpx.Client(base_url=server.url, timeout=120) as client:
        job = ended(client, job_id)
    assert job["words"] == "60 of 60"
    assert {file["state"] for file in job["files"]} == {"done"}
    with Collection(folder) as collection:
        assert {article.source for article in collection.articles()} == {name for name, _ in names}
    # The file of an item goes right after it is known that the item has ended.
    due = time.monotonic() + TAKES_LONG
    while left := [path for path in (tmp_path / "library").rglob("*") if path.name.isdecimal()]:
        assert time.monotonic() < due, left
        time.sleep(0.05)


def test_pdfs_are_kept_if_their_sender_wants_it(own: TestClient, service: Service) -> None:
    fpdf = pytest.importorskip("fpdf", reason="fpdf2 makes the PDF")
    document = fpdf.FPDF()
    document.set_font("Helvetica", size=12)
    document.add_page()
    document.multi_cell(0, 8, "The weir of Tolm was raised by the miller Ada Brandt.")
    files = sent([("weir.pdf", bytes(document.output())), ("weir.txt", text(8))])

    def kept() -> list[str | None]:
        collection = service.library.collection()
        kept = [article for article in collection.articles() if collection.original_of(article)]
        return [article.source for article in kept]

    wrong = own.post("/api/jobs", files=files, data={"keep_pdfs": "perhaps"})
    assert wrong.status_code == 400
    assert "keep_pdfs" in wrong.json()["detail"]
    ended(own, own.post("/api/jobs", files=files).json()["id"])
    assert kept() == []
    # It is there already, and its file is kept from now on.
    job = own.post("/api/jobs", files=files, data={"keep_pdfs": "true"}).json()
    assert ended(own, job["id"])["unchanged"] == 2
    assert kept() == ["weir.pdf"]


def test_jobs_of_an_earlier_version_are_read(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "jobs.sqlite")) as earlier:
        earlier.execute(
            "CREATE TABLE jobs (id TEXT PRIMARY KEY, owner TEXT NOT NULL, collection TEXT NOT NULL,"
            " expected INTEGER NOT NULL, made REAL NOT NULL, touched REAL NOT NULL,"
            " cancelled INTEGER NOT NULL DEFAULT 0) STRICT"
        )
        earlier.execute("INSERT INTO jobs VALUES ('one', 'ann', 'main', 1, 0.0, 0.0, 0)")
        earlier.commit()
    store = JobStore(tmp_path)
    assert store.job("one", "ann").expected == 1
    assert not store.keeps_pdfs("one")
    assert store.keeps_pdfs(store.create("ann", "main", 1, keep_pdfs=True))
    store.close()
