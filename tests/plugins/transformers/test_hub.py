"""The real client of the hub against a small server here that speaks the hub's protocol."""

import hashlib
import json
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import pytest

from shoptune.components import ResolvedModel
from shoptune.errors import StepError, UsageError
from shoptune_transformers import hub
from shoptune_transformers.fetching import fetch
from shoptune_transformers.options import TransformersOptions
from shoptune_transformers.resolving import resolve

LARGE = ".safetensors"
NONE: dict[str, str] = {}
OPTIONS = TransformersOptions(dtype="float32", device="cpu")


@dataclass
class FakeHub:
    """One model, ``org/tiny``."""

    files: dict[str, bytes]
    commit: str = "c" * 40
    lost: str = ""
    """A file that is listed and can't be had."""
    asked: list[str] = field(default_factory=list)

    def info(self) -> bytes:
        siblings = []
        for name, content in self.files.items():
            lfs = {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content), "pointerSize": 130}
            siblings.append({"rfilename": name, "size": len(content), **({"lfs": lfs} if name.endswith(LARGE) else {})})
        return json.dumps({"id": "org/tiny", "sha": self.commit, "siblings": siblings}).encode()

    def tree(self) -> bytes:
        return json.dumps(
            [
                {"type": "file", "path": name, "size": len(content), "oid": hashlib.sha1(content).hexdigest()}
                for name, content in self.files.items()
            ]
        ).encode()


class Handler(BaseHTTPRequestHandler):
    fake: FakeHub

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        self.fake.asked.append(f"{self.command} {path}")
        if path.startswith("/api/models/org/tiny/tree/"):
            self.answer(self.fake.tree())
        elif path in ("/api/models/org/tiny", "/api/models/org/tiny/revision/main"):
            self.answer(self.fake.info())
        elif path.startswith("/org/tiny/resolve/") and self.has(path.split("/", 5)[5]):
            content = self.fake.files[path.split("/", 5)[5]]
            etag = f'"{hashlib.sha256(content).hexdigest()}"'
            self.answer(content, headers={"ETag": etag, "X-Repo-Commit": self.fake.commit})
        else:
            self.answer(b"", 404, {"X-Error-Code": "EntryNotFound" if "/resolve/" in path else "RepoNotFound"})

    def has(self, name: str) -> bool:
        return name in self.fake.files and name != self.fake.lost

    def answer(self, content: bytes, status: int = 200, headers: dict[str, str] = NONE) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def fake_hub(saved_model: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    from huggingface_hub import constants

    files = {path.name: path.read_bytes() for path in saved_model.iterdir()}
    files |= {"pytorch_model.bin": b"a pickle", "onnx/model.safetensors": b"another format", "README.md": b"words"}
    fake = FakeHub(files)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"fake": fake}))
    Thread(target=server.serve_forever, daemon=True).start()
    endpoint = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setattr(constants, "ENDPOINT", endpoint)
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", endpoint + "/{repo_id}/resolve/{revision}/{filename}")
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    yield fake
    server.shutdown()
    server.server_close()


def find(tmp_path: Path) -> ResolvedModel:
    return resolve("org/tiny", tmp_path, OPTIONS)


def silent(done: float, total: float, unit: str = "", detail: str = "") -> None:
    pass


def test_a_model_is_fingerprinted_before_its_weights_are_downloaded(
    fake_hub: FakeHub, saved_model: Path, tmp_path: Path
) -> None:
    located = find(tmp_path)
    assert not any(name.endswith((LARGE, ".bin")) for name in fake_hub.asked)
    assert located.source == "Hugging Face hub, org/tiny at cccccccccccc"
    assert located.identity == resolve(str(saved_model), tmp_path, OPTIONS).identity


def test_downloading_fetches_what_decides_answers_and_then_the_cache_agrees(
    fake_hub: FakeHub, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    first = find(tmp_path)
    told: list[tuple[float, float]] = []
    files = fetch(first, lambda done, total, *_: told.append((done, total)))
    assert {path.name for path in files.folder.rglob("*")} == {
        name for name in fake_hub.files if name.endswith((".json", ".jinja", LARGE)) and "/" not in name
    }
    assert told
    assert all(0 < done <= total for done, total in told)
    assert capfd.readouterr() == ("", "")

    fake_hub.asked.clear()
    second = find(tmp_path)
    assert fake_hub.asked == [], "the cache comes before the hub"
    assert second.location == str(files.folder)
    assert (second.identity, second.source) == (first.identity, first.source)


def test_a_download_that_was_cut_off_is_taken_up(fake_hub: FakeHub, tmp_path: Path) -> None:
    first = find(tmp_path)
    again = find(tmp_path)
    assert hub.is_hub_location(again.location), "small files alone are no model"
    assert again == first


def test_a_model_that_changed_meanwhile_is_refused(fake_hub: FakeHub, tmp_path: Path) -> None:
    located = find(tmp_path)
    fake_hub.commit = "d" * 40
    with pytest.raises(StepError, match="was changed on the Hugging Face hub"):
        fetch(located, silent)


def test_a_failed_download_says_so(fake_hub: FakeHub, tmp_path: Path) -> None:
    located = find(tmp_path)
    fake_hub.lost = "model.safetensors"
    with pytest.raises(
        StepError, match=r"org/tiny: the download from the Hugging Face hub failed: .*Run again to go on\."
    ):
        fetch(located, silent)


def test_pickles_alone_are_refused(fake_hub: FakeHub, tmp_path: Path) -> None:
    del fake_hub.files["model.safetensors"]
    with pytest.raises(UsageError, match="without safetensors weights, and pickles are not loaded"):
        find(tmp_path)


def test_a_name_that_the_hub_does_not_know(fake_hub: FakeHub, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no such model, or it is private"):
        resolve("org/unknown", tmp_path, OPTIONS)


def test_a_hub_that_refuses_connections(fake_hub: FakeHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import huggingface_hub.constants

    monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(UsageError, match=r"Hugging Face hub: it can't be reached \(.*refused"):
        find(tmp_path)


def test_a_hub_that_does_not_answer_is_given_up_in_time(
    fake_hub: FakeHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import huggingface_hub.constants

    monkeypatch.setattr(hub, "PATIENCE_SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", f"http://127.0.0.1:{deaf.getsockname()[1]}")
        start = time.perf_counter()
        with pytest.raises(UsageError, match="can't be reached"):
            find(tmp_path)
        assert time.perf_counter() - start < 2


def test_offline_the_hub_is_not_asked(fake_hub: FakeHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import huggingface_hub.constants

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(UsageError, match="not asked, since HF_HUB_OFFLINE is set"):
        find(tmp_path)
    assert fake_hub.asked == []
