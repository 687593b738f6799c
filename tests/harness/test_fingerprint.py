import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoptune.fingerprint import fingerprint, fingerprint_of_file, fingerprint_of_source, versions_of

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def reordered(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: reordered(v) for k, v in reversed(value.items())}
    return [reordered(v) for v in value] if isinstance(value, list) else value


@given(json_values)
def test_order_of_keys_does_not_matter(value: Any) -> None:
    assert fingerprint(reordered(value)) == fingerprint(value)


@given(json_values, json_values)
def test_other_values_have_other_fingerprints(one: Any, other: Any) -> None:
    same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    assert (fingerprint(one) == fingerprint(other)) == same


def test_it_is_the_start_of_sha256_over_canonical_json() -> None:
    # printf '{"a":[1,"ä"]}' | sha256sum
    assert fingerprint({"a": [1, "ä"]}) == "c97c8ce68f1442638d1e9bd89c22a13b"


def test_what_is_no_json_is_refused() -> None:
    with pytest.raises(ValueError, match="JSON"):
        fingerprint(float("nan"))


def test_of_file_is_its_content_and_not_its_name(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_bytes(b"abc")
    other.write_bytes(b"abc")
    assert fingerprint_of_file(one) == fingerprint_of_file(other) == "ba7816bf8f01cfea414140de5dae2223"  # FIPS 180-2
    other.write_bytes(b"abd")
    assert fingerprint_of_file(one) != fingerprint_of_file(other)


class TestSource:
    def of(self, place: Path) -> str:
        fingerprint_of_source.cache_clear()
        return fingerprint_of_source(place)

    @pytest.fixture
    def package(self, tmp_path: Path) -> Path:
        package = tmp_path / "package"
        (package / "templates").mkdir(parents=True)
        (package / "plugin.py").write_text("x = 1\n")
        (package / "templates" / "page.j2").write_text("page\n")
        return package

    @pytest.mark.parametrize("name", ["plugin.py", "templates/page.j2"])
    def test_every_file_of_a_package_counts(self, package: Path, name: str) -> None:
        before = self.of(package)
        (package / name).write_text("changed\n")
        assert self.of(package) != before

    def test_a_file_that_moves_counts(self, package: Path) -> None:
        before = self.of(package)
        (package / "templates").rename(package / "texts")
        assert self.of(package) != before

    def test_caches_and_location_do_not_count(self, package: Path, tmp_path: Path) -> None:
        before = self.of(package)
        (package / "__pycache__").mkdir()
        (package / "__pycache__" / "plugin.py").write_text("cached\n")
        (package / "notes.pyc").write_text("cached\n")
        elsewhere = tmp_path / "elsewhere" / "package"
        elsewhere.parent.mkdir()
        assert self.of(package.rename(elsewhere)) == before

    def test_of_one_file(self, package: Path) -> None:
        before = self.of(package / "plugin.py")
        (package / "templates" / "page.j2").write_text("changed\n")
        assert self.of(package / "plugin.py") == before
        (package / "plugin.py").write_text("changed\n")
        assert self.of(package / "plugin.py") != before


def test_versions_say_what_is_not_installed() -> None:
    assert versions_of(["no-such-distribution", "numpy"]) == {
        "no-such-distribution": "not installed",
        "numpy": __import__("numpy").__version__,
    }
