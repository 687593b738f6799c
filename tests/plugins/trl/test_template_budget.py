"""A chat template that takes too much for one of the rows is stopped where a model is tuned, too."""

from pathlib import Path
from typing import Any

import pytest

from shoptune.components import ModelFiles
from shoptune.errors import StepError
from shoptune.testing import make_job, sample_pairs
from shoptune_transformers import template_budget
from shoptune_trl import dpo, sft
from shoptune_trl.options import DPOOptions, SFTOptions
from tests.tiny import examples

ENDLESS = "{% for i in range(9999) %}{% for j in range(9999) %}{% endfor %}{% endfor %}"


@pytest.mark.parametrize("much", [ENDLESS, "{{ 'x' * 10**10 }}"], ids=["time", "memory"])
@pytest.mark.parametrize(
    ("tune", "options", "rows"),
    [
        (sft.tune, SFTOptions(batch_size=4), examples(8)),
        (dpo.tune, DPOOptions(batch_size=4), sample_pairs(8)),
    ],
    ids=["sft", "dpo"],
)
def test_too_much_for_one_row_stops_tuning(
    tiny: ModelFiles, much: str, tune: Any, options: Any, rows: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(template_budget, "SECONDS", 1.0)
    rare = rows[5].messages[-1]["content"]
    template = f"{{% if {rare!r} in messages[-1].content or {rare!r} in messages[0].content %}}{much}{{% endif %}}"
    template += "{% for message in messages %}{{ message.content }}{{ eos_token }}{% endfor %}"
    files = ModelFiles(folder=tiny.folder, settings={**tiny.settings, "chat_template": template})
    with pytest.raises(StepError, match="chat template takes more than"):
        tune(make_job(files, tmp_path, options, rows=rows))
