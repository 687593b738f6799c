"""`generate: {constrain: true}`: what a model is told of its answers' schemas."""

import json

from tests.fakes import Shop


def with_schemas(shop: Shop) -> Shop:
    """Give each example a schema of its own but p1, and have the journal say which text came with which schema."""
    shop.plugin_source(
        "            id=record.id,\n",
        '            id=record.id,\n            answer_schema={"const": text} if record.id != "p1" else {},\n',
    )
    shop.plugin_source('answers="text"', 'answers="json"')
    shop.plugin_source(
        'note(f"answered {len(left)}")',
        'note("\\n".join(json.dumps([prompts[i][-1]["content"], schemas[i] if schemas else None]) for i in left))',
    )
    return shop


def test_every_prompt_comes_with_its_schema(shop: Shop) -> None:
    shop = with_schemas(shop).set("candidates", {"base": {"model": "fake-model"}})
    shop.set("tasks.echo.split", {"test": 0.9, "validation": 0.05})
    shop.set("tasks.echo.generate", {"constrain": True})
    outcome = shop.run()
    assert outcome.code == 0, outcome.output
    told = [json.loads(line) for line in shop.journal() if line.startswith("[")]
    assert len(told) >= 30
    for prompt, schema in told:
        assert prompt.endswith(schema.get("const", "")), told
    assert {} in [schema for _, schema in told]


def test_without_it_no_schema_is_told(shop: Shop) -> None:
    shop = with_schemas(shop).set("candidates", {"base": {"model": "fake-model"}})
    assert shop.run().code == 0
    assert {json.loads(line)[1] for line in shop.journal() if line.startswith("[")} == {None}


def test_a_task_whose_answers_are_no_json_is_refused(shop: Shop) -> None:
    outcome = shop.set("tasks.echo.generate", {"constrain": True}).run()
    assert outcome.code == 2
    assert "tasks.echo.generate.constrain: answers to the task 'echo' are no JSON" in outcome.output
    assert shop.journal() == []


def test_a_task_that_forgets_its_schemas_is_found(shop: Shop) -> None:
    shop.plugin_source('answers="text"', 'answers="json"')
    outcome = shop.set("tasks.echo.generate", {"constrain": True}).run()
    assert outcome.code == 3
    assert "predict echo with base: the task gives no schema of its answers" in outcome.output
    assert not [line for line in shop.journal() if line.startswith("answered")]
