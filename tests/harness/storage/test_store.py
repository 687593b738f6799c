"""The store, with every fault that can be injected: kills, damage, two runs at once, a full disk."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from shoptune.errors import StoreError
from shoptune.storage import store as store_module
from shoptune.storage.store import Store, StoredStep, Work

STEP = "0123456789abcdef"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path / "store")
    store.prepare()
    return store


def write(work: Work, text: str = "result") -> None:
    (work.output / "result.txt").write_text(text, "utf-8")
    (work.output / "adapter").mkdir()
    (work.output / "adapter" / "weights.bin").write_bytes(bytes(1000))


def make(store: Store, fingerprint: str = STEP, text: str = "result") -> StoredStep:
    with store.making(fingerprint) as work:
        assert work is not None
        write(work, text)
        store.finish(work, {"name": "a step"})
    return store.read(fingerprint)


class Interruption(Exception):  # noqa: N818 - no error of anybody's
    """In the place of a kill: whatever was not written yet never is."""


def interrupt(store: Store, output: str = "") -> None:
    """Leave a step half made, with a checkpoint."""
    with contextlib.suppress(Interruption), store.making(STEP) as work:
        assert work is not None
        (work.output / "result.txt").write_text(output, "utf-8")
        (work.state / "checkpoint").write_text("7", "utf-8")
        raise Interruption


def checkpoint(store: Store) -> str:
    with store.making(STEP) as work:
        assert work is not None
        assert list(work.output.iterdir()) == []
        return (work.state / "checkpoint").read_text("utf-8")


def test_a_finished_step_is_found_with_its_files_and_manifest(store: Store) -> None:
    step = make(store)
    assert step.path("result.txt").read_text("utf-8") == "result"
    assert step.path("adapter").is_dir()
    assert step.manifest["name"] == "a step"
    assert set(step.manifest["files"]) == {"result.txt", "adapter/weights.bin"}
    assert store.find(STEP) == step


def test_nothing_is_left_beside_it(store: Store) -> None:
    make(store)
    assert list((store.root / "work").iterdir()) == []
    assert not store.has_begun(STEP)


def test_what_is_not_there(store: Store) -> None:
    assert store.find(STEP) is None
    assert not store.has_begun(STEP)
    with pytest.raises(StoreError, match=f"{STEP} .* missing or damaged; run the experiment again"):
        store.read(STEP)
    with pytest.raises(StoreError, match="holds no"):
        make(store).path("other.txt")


def test_a_step_that_is_there_is_not_made_again(store: Store) -> None:
    make(store)
    with store.making(STEP) as work:
        assert work is None


def test_a_store_need_not_be_prepared_to_be_looked_at(tmp_path: Path) -> None:
    assert Store(tmp_path / "nowhere").find(STEP) is None
    assert not (tmp_path / "nowhere").exists()


def test_no_version_control_sees_it(store: Store) -> None:
    assert (store.root / ".gitignore").read_text() == "*\n"


class TestInterrupted:
    def test_state_is_kept_and_output_is_made_anew(self, store: Store) -> None:
        interrupt(store, "half")
        assert store.find(STEP) is None
        assert store.has_begun(STEP)
        assert checkpoint(store) == "7"

    @pytest.mark.parametrize("victim", [(store_module, "flush"), (Path, "rename")], ids=lambda v: v[1])
    def test_while_it_is_being_stored(
        self, store: Store, monkeypatch: pytest.MonkeyPatch, victim: tuple[Any, str]
    ) -> None:
        def stop(*_: Any) -> None:
            raise Interruption

        with monkeypatch.context() as patched:
            patched.setattr(*victim, stop)
            with pytest.raises(Interruption):
                make(store)
        assert store.find(STEP) is None
        assert make(store).path("result.txt").read_text("utf-8") == "result"

    def test_between_rename_and_tidying_up(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        def stop(*_: Any, **__: Any) -> None:
            raise Interruption

        with monkeypatch.context() as patched:
            patched.setattr("shoptune.storage.store.shutil.rmtree", stop)
            with pytest.raises(Interruption):
                make(store)
        assert store.read(STEP).path("result.txt").read_text("utf-8") == "result"
        assert (store.root / "work" / STEP).exists()
        with contextlib.suppress(Interruption), store.making("f" * 16):
            raise Interruption
        store.prepare()
        assert [folder.name for folder in (store.root / "work").iterdir()] == ["f" * 16], "what is unfinished stays"

    def test_kill_9_in_the_middle_of_a_step(self, store: Store) -> None:
        script = f"""
import os, pathlib, signal
from shoptune.storage.store import Store
with Store(pathlib.Path({str(store.root)!r})).making({STEP!r}) as work:
    (work.state / "checkpoint").write_text("7")
    (work.output / "result.txt").write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)
"""
        assert subprocess.run([sys.executable, "-c", script], check=False).returncode == -signal.SIGKILL
        assert store.find(STEP) is None
        assert checkpoint(store) == "7", "the dead process's lock is nobody's"
        assert make(store).path("result.txt").read_text("utf-8") == "result"


def truncate(folder: Path) -> None:
    os.truncate(folder / "adapter" / "weights.bin", 999)


def alter(folder: Path) -> None:
    (folder / "adapter" / "weights.bin").write_bytes(bytes(999) + b"x")


def remove(folder: Path) -> None:
    (folder / "result.txt").unlink()


def manifest(content: str) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        (folder / "manifest.json").write_text(content, "utf-8")

    return damage


def lose_manifest(folder: Path) -> None:
    (folder / "manifest.json").unlink()


DAMAGE = {
    "truncated": truncate,
    "altered": alter,
    "file gone": remove,
    "manifest gone": lose_manifest,
    "manifest empty": manifest(""),
    "manifest torn": manifest('{"files": {"resu'),
    "manifest of no files": manifest("{}"),
    "manifest no mapping": manifest("null"),
    "manifest of another shape": manifest('{"files": {"result.txt": 6}}'),
}


class TestDamage:
    @pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
    def test_it_is_noticed_and_the_step_made_again(self, store: Store, damage: Callable[[Path], None]) -> None:
        damage(make(store).folder)
        store = Store(store.root)  # another run: one run looks into a step once
        assert store.find(STEP) is None
        with pytest.raises(StoreError, match="missing or damaged"):
            store.read(STEP)
        assert make(store, text="again").path("result.txt").read_text("utf-8") == "again"

    def test_a_large_file_is_looked_into_when_it_is_read(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(store_module, "HASHED_UP_TO", 500)
        alter(make(store).folder)
        store = Store(store.root)
        assert store.find(STEP) is not None, "finding it looks at its size alone"
        with pytest.raises(StoreError, match="missing or damaged"):
            store.read(STEP)
        assert store.find(STEP) is None, "and then the next run makes it again"
        assert make(store, text="again").path("result.txt").read_text("utf-8") == "again"

    def test_a_truncated_large_file_is_noticed_at_once(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(store_module, "HASHED_UP_TO", 500)
        truncate(make(store).folder)
        assert store.find(STEP) is None


class TestTwoAtOnce:
    def test_threads_the_second_waits_and_gets_none(self, store: Store) -> None:
        begun, got = threading.Event(), []

        def second() -> None:
            begun.wait()
            with store.making(STEP) as work:
                got.append(work)

        thread = threading.Thread(target=second)
        thread.start()
        with store.making(STEP) as work:
            assert work is not None
            begun.set()
            thread.join(timeout=0.2)
            assert thread.is_alive(), "it waits"
            write(work)
            store.finish(work, {})
        thread.join()
        assert got == [None]

    def test_who_waits_says_so_after_a_moment(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(store_module, "PATIENCE", 0.05)
        told = threading.Event()
        got = []

        def second() -> None:
            with store.making(STEP, told.set) as work:
                got.append(work)

        thread = threading.Thread(target=second)
        with store.making(STEP, told.set) as work:
            assert work is not None
            assert not told.is_set(), "nobody was there before"
            thread.start()
            assert told.wait(timeout=60)
            write(work)
            store.finish(work, {})
        thread.join()
        assert got == [None]

    def test_processes(self, store: Store, tmp_path: Path) -> None:
        script = f"""
import pathlib, sys, time
from shoptune.storage.store import Store
with Store(pathlib.Path({str(store.root)!r})).making({STEP!r}) as work:
    print("makes it" if work else "finds it")
    if work:
        time.sleep(0.2)
        (work.output / "result.txt").write_text("result")
        Store(pathlib.Path({str(store.root)!r})).finish(work, {{}})
"""
        runs = [
            subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, encoding="utf-8") for _ in range(3)
        ]
        said = sorted(run.communicate()[0].strip() for run in runs)
        assert said == ["finds it", "finds it", "makes it"]

    def test_other_steps_do_not_wait(self, store: Store) -> None:
        with store.making(STEP) as one, store.making("f" * 16) as other:
            assert one is not None
            assert other is not None

    def test_preparing_one_store(self, tmp_path: Path) -> None:
        stores = [Store(tmp_path / "store") for _ in range(8)]
        errors: list[BaseException] = []

        def prepare(store: Store) -> None:
            try:
                store.prepare()
            except BaseException as error:
                errors.append(error)

        threads = [threading.Thread(target=prepare, args=(store,)) for store in stores]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert errors == []


class TestFullDisk:
    """`OSError(ENOSPC)` wherever the store writes."""

    def make_by_other_means(self, store: Store) -> None:
        """Write the output without those functions that are full."""
        with store.making(STEP) as work:
            assert work is not None
            (work.output / "result.txt").write_bytes(b"result")
            store.finish(work, {})

    def full(self, *_: Any, **__: Any) -> Any:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "some/file")

    @pytest.mark.parametrize(
        "victim", [(Path, "write_text"), (Path, "rename"), (Path, "mkdir"), (os, "fsync")], ids=lambda v: v[1]
    )
    def test_is_said_clearly_and_nothing_is_lost(
        self, store: Store, monkeypatch: pytest.MonkeyPatch, victim: tuple[Any, str]
    ) -> None:
        kept = make(store, "a" * 16)
        interrupt(store)
        with monkeypatch.context() as patched:
            patched.setattr(*victim, self.full)
            with pytest.raises(StoreError, match=r"no space left on .*some/file.*make room, or name a store") as caught:
                self.make_by_other_means(store)
        assert caught.value.exit_code == 3
        assert store.read("a" * 16) == kept
        assert store.find(STEP) is None
        assert checkpoint(store) == "7"

    def test_in_the_step_itself(self, store: Store) -> None:
        with pytest.raises(StoreError, match="no space left"), store.making(STEP):
            self.full()

    def test_in_a_librarys_own_words(self, store: Store) -> None:
        told = r"no space left on .* \(RuntimeError: Error while serializing: .* \(os error 28\)\)"
        with pytest.raises(StoreError, match=told), store.making(STEP):
            raise RuntimeError(f"Error while serializing: I/O error: {os.strerror(errno.ENOSPC)} (os error 28)")

    def test_in_words_that_say_nothing_of_it(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        """These are torch's when a checkpoint does not fit."""

        def save() -> None:
            with store.making(STEP):
                raise RuntimeError("[enforce fail at inline_container.cc:672] . unexpected pos 576 vs 534")

        with pytest.raises(RuntimeError, match="unexpected pos"):
            save()
        monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=4096))
        with pytest.raises(StoreError, match=r"no space left on .*unexpected pos 576 vs 534\)\. What was finished"):
            save()

    def test_other_errors_of_the_step_are_its_own(self, store: Store) -> None:
        with pytest.raises(FileNotFoundError), store.making(STEP):
            raise FileNotFoundError(errno.ENOENT, "no such file")


class TestUnusablePlaces:
    def refuse(self, *_: Any, **__: Any) -> Any:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), "some/folder")

    def test_an_unwritable_folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(Path, "mkdir", self.refuse)  # chmod would not stop root, whom containers run as
        with pytest.raises(StoreError, match=r"can't write some/folder: Permission denied. Name another .* --store"):
            Store(tmp_path / "store").prepare()

    def test_an_unreadable_manifest(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        make(store)
        monkeypatch.setattr(Path, "read_text", self.refuse)
        with pytest.raises(StoreError, match="some/folder: Permission denied"):
            store.find(STEP)

    def test_a_file_in_its_way(self, tmp_path: Path) -> None:
        (tmp_path / "store").write_text("a file")
        with pytest.raises(StoreError, match="in the way of the store"):
            Store(tmp_path / "store").prepare()

    def test_a_store_of_another_format(self, store: Store) -> None:
        (store.root / "format").write_text("99\n")
        with pytest.raises(StoreError, match=r"has format '99', this version of shoptune reads '1'; name another"):
            store.prepare()

    @pytest.mark.parametrize("found", ["2", "99", ""])
    def test_a_newer_store_is_looked_at_and_left_as_it_is(self, store: Store, found: str) -> None:
        make(store)
        (store.root / "format").write_text(f"{found}\n")
        shutil.rmtree(store.root / "work")
        before = sorted(store.root.rglob("*"))
        for look in (store.check_format, store.prepare):
            with pytest.raises(StoreError, match=rf"has format '{found}', .* or update shoptune"):
                look()
        assert sorted(store.root.rglob("*")) == before

    def test_a_store_that_is_not_there_has_no_format(self, tmp_path: Path) -> None:
        Store(tmp_path / "nowhere").check_format()

    def test_a_kill_while_the_store_was_made(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def stop(*_: Any) -> None:
            raise Interruption

        store = Store(tmp_path / "store")
        with monkeypatch.context() as patched:
            patched.setattr(Path, "replace", stop)
            with pytest.raises(Interruption):
                store.prepare()
        store.prepare()
        make(store)
