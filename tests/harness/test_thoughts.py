"""Where a thought ends and the answer begins."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoptune.components import NoOptions, Task
from shoptune.data import Example, Invalid, Prediction, Sample
from shoptune.steps.samples import parsed, read_samples, write_samples
from shoptune.thoughts import MARKS, after_thought, split_thought, without_thoughts

ANSWER = "A soft rug of wool."


@pytest.mark.parametrize(("opening", "closing"), MARKS)
class TestMarks:
    def test_what_stands_between_them_is_no_part_of_the_answer(self, opening: str, closing: str) -> None:
        thought = f"\n{opening}\nCotton? No {{}}.\n{closing}\n\n"
        assert split_thought(thought + ANSWER) == (thought, ANSWER)

    def test_an_empty_thought_is_none_either(self, opening: str, closing: str) -> None:
        assert after_thought(f"{opening}\n\n{closing}\n\n{ANSWER}") == ANSWER

    def test_a_template_may_open_it(self, opening: str, closing: str) -> None:
        assert after_thought(f"Cotton? No.\n{closing}\n\n{ANSWER}") == ANSWER

    def test_one_that_never_ends_leaves_no_answer(self, opening: str, closing: str) -> None:
        assert split_thought(f"{opening}Cotton? {closing[:-1]}") == (f"{opening}Cotton? {closing[:-1]}", "")

    def test_several_may_follow_one_another(self, opening: str, closing: str) -> None:
        assert after_thought(f"Hm.{closing} {opening}Wool{closing}{ANSWER}") == ANSWER


@pytest.mark.parametrize("text", [ANSWER, "", "  A rug.\n", "I think: a < b, [sic] <b>bold</b>", "It is <thin>."])
def test_a_text_without_thoughts_is_left_as_it_is(text: str) -> None:
    assert split_thought(text) == ("", text)


PIECES = st.sampled_from([*(mark for pair in MARKS for mark in pair), "a", " ", "\n", "<", "Wool."])


@given(st.lists(PIECES, max_size=20).map("".join))
def test_thought_and_answer_together_are_the_text(text: str) -> None:
    thought, answer = split_thought(text)
    assert thought + answer == text


def task() -> Task[NoOptions]:
    return Task(
        name="t",
        summary="",
        options=NoOptions,
        tables=(),
        answers="text",
        examples=lambda *_: (),
        parse=lambda text, _: text or Invalid("empty"),
        metrics=(),
        max_new_tokens=8,
    )


EXAMPLE = Example(id="e", group="e", messages=({"role": "user", "content": "?"},), references=(ANSWER,))


def sample(text: str, finish: str = "stop") -> Sample:
    return parsed(task(), EXAMPLE, Prediction(example_id="e", text=text, finish=finish))  # type: ignore[arg-type]


class TestParsing:
    """In one place, so that no task and no metric has to know of thoughts."""

    def test_a_task_is_given_the_answer_alone(self) -> None:
        found = sample(f"<think>Cotton?</think>\n{ANSWER}")
        assert found.answer == found.prediction.text == ANSWER
        assert found.prediction.thought == "<think>Cotton?</think>\n"

    def test_an_answer_that_was_cut_off_within_a_thought_is_invalid(self) -> None:
        found = sample("<think>Cotton? Or", "length")
        assert found.answer == Invalid("cut off within a thought: no answer")
        assert (found.prediction.text, found.prediction.thought) == ("", "<think>Cotton? Or")

    def test_a_thought_and_nothing_else_is_invalid(self) -> None:
        assert sample("<think>Cotton?</think>\n").answer == Invalid("a thought and no answer")

    def test_what_no_model_wrote_is_left_as_it_is(self) -> None:
        assert sample("a</think>b", "baseline").answer == "a</think>b"

    def test_metrics_see_good_answers_without_their_thoughts(self) -> None:
        taught = Example(id="e", group="e", messages=EXAMPLE.messages, references=(f"<think>Hm.</think>{ANSWER}", "B"))
        assert without_thoughts(taught).references == (ANSWER, "B")
        assert without_thoughts(EXAMPLE) is EXAMPLE
        assert parsed(task(), taught, Prediction(example_id="e", text="A")).example.references == (ANSWER, "B")

    def test_it_is_stored_and_read_again(self, tmp_path_factory: pytest.TempPathFactory) -> None:
        folder = tmp_path_factory.mktemp("samples")
        found = [sample(f"<think>Cotton?</think>\n{ANSWER}")]
        write_samples(folder, found)
        assert read_samples(folder, [EXAMPLE]) == found


@pytest.mark.parametrize("mark", [0, 1, 6])
class TestWhatGoesWithThoughts:
    def test_a_thought_may_hold_another(self, mark: int) -> None:
        opening, closing = MARKS[mark]
        assert after_thought(f"{opening}a {opening}b{closing} c{closing}{ANSWER}") == ANSWER

    def test_a_thought_may_speak_of_marks(self, mark: int) -> None:
        opening, closing = MARKS[mark]
        assert after_thought(f"{opening}I write {opening} first.{closing}{ANSWER}") == ANSWER

    def test_a_thought_behind_the_answer_is_no_part_of_it(self, mark: int) -> None:
        opening, closing = MARKS[mark]
        found = sample(f"{ANSWER}\n{opening}Was it right?{closing}\n")
        assert found.answer == found.prediction.text == ANSWER
        assert found.prediction.thought == f"{opening}Was it right?{closing}\n"
        assert after_thought(f"{ANSWER} {opening}Was it ri") == ANSWER

    def test_an_answer_may_speak_of_marks(self, mark: int) -> None:
        opening, closing = MARKS[mark]
        text = f"Write {opening} and {closing} around it."
        assert after_thought(text) == text


def test_marks_around_the_answer_go_with_those_around_the_thought() -> None:
    assert after_thought(f"<think>Hm.</think>\n<answer> {ANSWER} </answer>") == ANSWER
    assert after_thought(f"<think>Hm.</think><answer>{ANSWER}") == ANSWER
    assert after_thought(f"<answer>{ANSWER}</answer>") == f"<answer>{ANSWER}</answer>"


def test_many_marks_take_no_long_time() -> None:
    for opening, closing in MARKS:
        split_thought(opening * 50_000)
        after_thought(opening * 20_000 + closing * 20_000)
        after_thought(f"a{opening}" * 50_000)
