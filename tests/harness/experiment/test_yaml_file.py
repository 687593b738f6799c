import contextlib
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from shoptune.errors import UsageError
from shoptune.experiment.yaml_file import YamlFile, read_yaml


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "experiment.yaml"


def read(path: Path, text: str) -> YamlFile:
    path.write_text(text, "utf-8")
    return read_yaml(path)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("1e-4", 1e-4),
        ("-1E+3", -1000.0),
        ("2e5", 2e5),
        ("1.5e4", 1.5e4),
        (".5e-3", 0.0005),
        ("1.5e-4", 1.5e-4),
        ("0.1", 0.1),
        ("12", 12),
        ('"1e-4"', "1e-4"),
        ("e4", "e4"),
        ("1e", "1e"),
        ("smollm2-135m", "smollm2-135m"),
        ("1e-4x", "1e-4x"),
        ("true", True),
    ],
)
def test_numbers_are_read_as_people_write_them(path: Path, written: str, meant: Any) -> None:
    value = read(path, f"a: {written}\n").content["a"]
    assert value == meant
    assert type(value) is type(meant)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_that_python_writes_is_a_number(tmp_path_factory: pytest.TempPathFactory, number: float) -> None:
    assert read(tmp_path_factory.mktemp("yaml") / "a.yaml", f"a: {number!r}\n").content["a"] == number


TEXT = """\
name: x

tasks:
  description:
    metrics:
      - rouge_l
      - metric: chrf
        order: 2
"""


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        ([], 1),
        (["name"], 1),
        (["tasks"], 3),
        (["tasks", "description", "metrics"], 5),
        (["tasks", "description", "metrics", 0], 6),
        (["tasks", "description", "metrics", 1], 7),
        (["tasks", "description", "metrics", 1, "order"], 8),
        (["tasks", "description", "split"], 4),
        (["tasks", "description", "metrics", 9], 5),
        (["nowhere", "name"], 1),
        (["name", "below a text"], 1),
    ],
)
def test_where_a_key_stands(path: Path, keys: list[str | int], line: int) -> None:
    assert read(path, TEXT).where(keys) == f"experiment.yaml:{line}"


def test_a_key_given_twice_is_refused_with_both_lines(path: Path) -> None:
    with pytest.raises(UsageError, match=r"experiment.yaml:4: 'a' stands here again, first on line 2"):
        read(path, "x:\n  a: 1\n  b: 2\n  a: 3\n")


def test_the_same_key_in_different_places_is_fine(path: Path) -> None:
    assert read(path, "x: {a: 1}\ny: {a: 1}\n").content == {"x": {"a": 1}, "y": {"a": 1}}


def test_anchors_and_merge_keys(path: Path) -> None:
    text = "p: {q: &b {<<: &a {x: 1, y: 1}, y: 2}}\nc: {<<: [*a, *b], z: 3}\nd: *b\n"
    assert read(path, text).content == yaml.safe_load(text)


def test_a_byte_order_mark_is_no_content(path: Path) -> None:
    path.write_bytes(b"\xef\xbb\xbfname: x\n")
    assert read_yaml(path).content == {"name": "x"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty or no mapping"),
        (b"# only a remark\n", "is empty or no mapping"),
        (b"- a\n- b\n", "is empty or no mapping"),
        (b"a: [1, 2\nb: 3\n", "experiment.yaml:2: "),
        (b"a: 1\n\tb: 2\n", "experiment.yaml:2: "),
        (b"a: \xe4\n", r"not UTF-8 \(byte 3\); save it as UTF-8"),
        (b"a: 1\x00\n", "experiment.yaml"),
        (b"a: 2024-13-45\n", "experiment.yaml: month must be in 1..12"),
        (b"a: 1\n---\nb: 2\n", "experiment.yaml:2: "),
        (b"a: !!python/object/apply:os.getcwd []\n", "experiment.yaml:1: "),
        (b"? [1, 2]\n: 3\n", "experiment.yaml:1: .*key"),
        (b"a: *nowhere\n", "experiment.yaml:1: "),
    ],
)
def test_what_is_no_such_file_is_refused(path: Path, content: bytes, message: str) -> None:
    path.write_bytes(content)
    with pytest.raises(UsageError, match=message):
        read_yaml(path)


def test_a_missing_file_and_what_there_is(path: Path) -> None:
    (path.parent / "experiments.yml").write_text("name: x\n")
    with pytest.raises(UsageError, match=r"there is no file .*experiment.yaml. In .* there are: experiments.yml"):
        read_yaml(path)


def test_a_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no file"):
        read_yaml(tmp_path / "nowhere" / "experiment.yaml")


def test_a_folder(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is a folder"):
        read_yaml(tmp_path)


def test_a_file_below_a_file(path: Path) -> None:
    path.write_text("name: x\n")
    with pytest.raises(UsageError, match=r"can't read .*: Not a directory"):
        read_yaml(path / "experiment.yaml")


@given(st.text(alphabet="ab:{}[]-&*!|>%@`'\"#,? \n\t01e", max_size=40))
def test_any_text_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    with contextlib.suppress(UsageError):
        assert isinstance(read(tmp_path_factory.mktemp("yaml") / "a.yaml", text).content, dict)
