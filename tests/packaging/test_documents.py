"""What CONTRIBUTING.md shows works as it stands there."""

import re
from pathlib import Path

import numpy as np

from shoptune.components import AdditiveMetric
from shoptune.plugins import load_plugins
from tests.packaging.project import ROOT


def test_the_example_plugin_of_contributing_works(tmp_path: Path) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "CONTRIBUTING.md").read_text("utf-8"), re.DOTALL)
    path = tmp_path / "my_metric.py"
    path.write_text(code, "utf-8")
    metric = load_plugins([path]).metrics["shouting"].component
    assert isinstance(metric, AdditiveMetric)
    assert metric.reduce(np.array([[1.0, 4.0]])) == [0.25]


def test_links_between_documents_lead_somewhere() -> None:
    for document in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"):
        for target in re.findall(r"\]\((?!\w+:|#)([^)#]+)", document.read_text("utf-8")):
            assert (ROOT / target).exists(), f"{document.name} links to {target}"
