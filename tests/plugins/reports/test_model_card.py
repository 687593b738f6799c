"""Model cards, read back by the hub's own library."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from huggingface_hub import EvalResult, ModelCard
from hypothesis import HealthCheck, given, settings
from markdown_it import MarkdownIt

from shoptune.comparison import Comparison
from shoptune.testing.hostile import CONTROLS, everywhere
from shoptune_reports.formats.model_card import render_model_card
from shoptune_reports.text.plain import one_line
from tests.plugins.reports.hostile import texts

Build = Callable[..., Comparison]
SOURCE = "Hugging Face hub, an-org/a-model_1.5 at 0123456789ab"


def cards(comparison: Comparison) -> list[ModelCard]:
    return [ModelCard(text) for text in render_model_card(comparison, []).values()]


def as_html(card: ModelCard) -> BeautifulSoup:
    return BeautifulSoup(MarkdownIt("commonmark", {"html": True}).enable("table").render(card.text), "html.parser")


def metadata(card: ModelCard) -> dict[str, Any]:
    found: dict[str, Any] = card.data.to_dict()  # type: ignore[no-untyped-call]
    return found


def results_of(card: ModelCard) -> list[EvalResult]:
    found = card.data.get("eval_results")
    assert isinstance(found, list)
    return found


def test_each_tuned_candidate_has_a_card_that_loads(comparison: Comparison, tmp_path: Path) -> None:
    files = render_model_card(comparison, [])
    assert list(files) == ["model_cards/sft/README.md", "model_cards/dpo/README.md"]
    path = tmp_path / "README.md"
    path.write_text(files["model_cards/sft/README.md"], "utf-8")
    card = ModelCard.load(path)
    assert str(card) == files["model_cards/sft/README.md"]
    assert card.data.get("model_name") == "sft"
    assert card.data.get("tags") == ["shoptune", "sft", "lora"]
    assert card.data.get("library_name") == "peft"


def test_the_index_has_every_value_and_names_the_data_without_inventing(comparison: Comparison) -> None:
    (sft, _) = cards(comparison)
    (index,) = metadata(sft)["model-index"]
    (group,) = index["results"]
    assert group["dataset"] == {
        "name": "Field & Hearth descriptions: description", "type": "private", "config": "description", "split": "test",
    }  # fmt: skip
    assert {(m["type"], m["value"]) for m in group["metrics"]} == {
        (r.metric, r.value) for r in comparison.results if r.candidate == "sft" and r.slice is None
    }


def test_results_of_two_tasks_stay_apart(build: Build, comparison: Comparison) -> None:
    (task,) = comparison.tasks
    names = ["description", "titles"]
    two = build(
        tasks=[task.model_copy(update={"name": name}) for name in names],
        metrics=[m.model_copy(update={"task": name}) for name in names for m in comparison.metrics],
        results=[r.model_copy(update={"task": name}) for name in names for r in comparison.results],
        versus=[v.model_copy(update={"task": name}) for name in names for v in comparison.versus],
    )
    (index,) = metadata(cards(two)[0])["model-index"]
    assert [group["dataset"]["config"] for group in index["results"]] == names
    assert {len(group["metrics"]) for group in index["results"]} == {len(comparison.metrics)}


@pytest.mark.parametrize(
    ("source", "stated"),
    [
        (SOURCE, "an-org/a-model_1.5"),
        ("folder an-org/a-model", None),
        ("package llm-x 0.1, x.gguf", None),
        (None, None),
    ],
)
def test_only_a_model_from_the_hub_is_a_base_model(
    build: Build, comparison: Comparison, source: str | None, stated: str | None
) -> None:
    changed = [c.model_copy(update={"source": source, "model": "an-org/a-model"}) for c in comparison.candidates]
    for card in cards(build(candidates=changed)):
        assert metadata(card).get("base_model") == stated
        assert not metadata(card).keys() & {"datasets", "license", "language"}


def test_a_model_that_is_no_adapter_names_no_library(build: Build, comparison: Comparison) -> None:
    whole = comparison.training[1]
    (card,) = cards(build(training=[whole]))
    assert card.data.get("library_name") is None
    assert card.data.get("tags") == ["shoptune", "dpo"]


def test_the_text_says_results_training_and_limits(comparison: Comparison) -> None:
    sft = cards(comparison)[0]
    soup = as_html(sft)
    assert [h.get_text() for h in soup.find_all(["h1", "h2"])] == [
        "sft", "Recommendation", "Results: description", "Training", "Limits", "How to make it again",
    ]  # fmt: skip
    rows = {
        row.td.get_text(): [td.get_text() for td in row.find_all("td")] for row in soup.select("tbody tr") if row.td
    }
    assert len(rows) == len(comparison.metrics)
    assert rows["rouge_l"] == [
        "rouge_l", "0.169", "0.313", "[0.291, 0.335]", "+0.144", "[+0.122, +0.166]", "▲ better",
    ]  # fmt: skip
    text = soup.get_text().replace("\N{ZERO WIDTH SPACE}", "")
    assert "description: Ship sft. sft is better than base in 5 of 8 metrics" in text
    assert "data of description: 250 products to learn from, 57 held out;" in text
    assert "rows: dropped: fully masked 2" in text
    assert "length percentiles: p50 142, p90 188, p99 231, max 256" in text
    assert "loss: 3.06 at first, 1.257 at last" in text
    assert "validation loss: 2.37 at first, 1.333 at last" in text
    assert "it is open whether it is better or worse in unsupported_claims" in text


def test_a_candidate_without_results_has_a_card_without_an_index(build: Build) -> None:
    (sft, _) = cards(build(results=[]))
    assert "model-index" not in metadata(sft)
    assert "model_name" not in metadata(sft)


def test_hostile_text_stays_text(hostile: Comparison) -> None:
    for card in cards(hostile):
        soup = as_html(card)
        assert {tag.name for tag in soup.find_all(True)} <= {
            "h1", "h2", "p", "ul", "li", "strong", "table", "thead", "tbody", "tr", "th", "td",
        }  # fmt: skip
        assert "https://" not in card.text
        assert "@everyone" not in card.text
        assert results_of(card)[0].dataset_name == f"{one_line(hostile.experiment)}: description"


def test_control_characters_break_no_metadata(comparison: Comparison) -> None:
    (card, _) = cards(everywhere(comparison, CONTROLS))
    assert results_of(card)[0].metric_name == one_line("rouge_l" + CONTROLS)


@pytest.mark.parametrize("text", ["\n---\n", "---", ": x", "# x", "!!python/object:os.system", "'", '"', "{{ x }}"])
def test_text_that_means_something_in_yaml_is_text(comparison: Comparison, text: str) -> None:
    (card, _) = cards(everywhere(comparison, text))
    assert card.data.get("model_name") == one_line("sft" + text)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=texts)
def test_any_text_reads_back(comparison: Comparison, text: str) -> None:
    for card in cards(everywhere(comparison, text)):
        first = results_of(card)[0]
        assert (first.metric_name, first.task_name) == (one_line("rouge_l" + text), one_line("description" + text))
        assert len({len(row.find_all(["td", "th"])) for row in as_html(card).find_all("tr")}) == 1
