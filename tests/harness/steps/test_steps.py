"""What each kind of step makes of its inputs, and what a kill leaves to the next run."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from shoptune.components import DataAdapter, NoOptions
from shoptune.data import Dropped, Example, Message, Prediction, Record
from shoptune.data_report import DataReport, Drops
from shoptune.errors import DataError, PluginError
from shoptune.jsonl import read_jsonl, to_line
from shoptune.plugins import Loaded, Registered
from shoptune.steps.elapsed import Elapsed
from shoptune.steps.predict import with_shots
from shoptune.steps.tables import DropCount, Table, TableSource, read_table
from tests.fakes import Shop

PARTS = ("train", "validation", "test")


def of(shop: Shop, part: str) -> list[Example]:
    return list(read_jsonl(shop.stored("prepare", task="echo").path(f"examples.{part}.jsonl"), Example))


def predictions(shop: Shop, candidate: str) -> list[Prediction]:
    step = shop.stored("predict", task="echo", candidate=candidate)
    return list(read_jsonl(step.path("predictions.jsonl"), Prediction))


# --- tables ----------------------------------------------------------------------------------------------------------


class TestTable:
    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self.folder = tmp_path

    def table(self, rows: list[Record | Dropped | Exception], on_bad_row: Any = None, files: int = 1) -> Table:
        def read(path: Path, options: NoOptions) -> Any:
            for row in rows:
                if isinstance(row, Exception):
                    raise row
                yield row

        plugin = Loaded(name="p", version="1", distribution="d", module=json, place=Path())
        adapter: DataAdapter[Any] = DataAdapter(name="a", summary="", options=NoOptions, read=read)
        source = TableSource(
            name="products",
            paths=[Path(f"shop/products{'' if i == 0 else i}.csv") for i in range(files)],
            adapter=Registered(component=adapter, plugin=plugin),
            options=NoOptions(),
            on_bad_row=on_bad_row,
        )
        return read_table(source, self.folder / "products")

    def record(self, number: int, **fields: str) -> Record:
        return Record(id=str(number), fields=fields, origin=f"products.csv:{number}", group=str(number))

    def bad(self, number: int, detail: str = "") -> Dropped:
        return Dropped(origin=f"products.csv:{number}", reason="no price", detail=detail, bad=True)

    def test_gives_records_again_and_again(self) -> None:
        table = self.table([self.record(2), Dropped(origin="products.csv:3", reason="blank"), self.record(4)])
        assert list(table) == list(table) == [self.record(2), self.record(4)]

    def test_reports_what_was_read(self) -> None:
        blank = Dropped(origin="products.csv:3", reason="blank")
        report = self.table([self.record(2, name="Lamp"), blank]).report
        assert (report.files, report.adapter, report.records, report.groups) == (["products.csv"], "a", 1, 1)
        assert report.dropped == {"blank": Drops(count=1, first=["products.csv:3"])}
        assert report.bad == {}
        assert [(f.name, f.filled) for f in report.fields] == [("name", 1)]

    def test_without_records_it_is_refused(self) -> None:
        with pytest.raises(DataError, match=r"products.csv: no records in it; is it the right file for .* 'products'"):
            self.table([])

    def test_without_any_left_it_says_why(self) -> None:
        dropped = [Dropped(origin=f"products.csv:{n}", reason="blank") for n in (2, 3)]
        with pytest.raises(DataError, match=r"every row was filtered out. blank \(2, first: products.csv:2\)"):
            self.table([*dropped])

    def test_an_adapter_that_raises_is_named(self) -> None:
        with pytest.raises(PluginError, match=r"plugin 'p' 1 failed to read products.csv: KeyError: 'Title'"):
            self.table([KeyError("Title")])

    def test_an_adapter_that_refuses_in_words_is_let_speak(self) -> None:
        with pytest.raises(DataError, match=r"^no column Title$"):
            self.table([DataError("no column Title")])

    def test_one_bad_row_in_a_hundred_is_tolerated_and_counted(self) -> None:
        report = self.table([*map(self.record, range(99)), self.bad(100)]).report
        assert report.records == 99
        assert report.bad == {"no price": Drops(count=1, first=["products.csv:100"])}

    def test_more_are_refused(self) -> None:
        told = (
            r"products.csv: 2 of 101 rows can't be used \(2.0%, and 1% are tolerated\): no price \(2, first: .*:100\)"
        )
        with pytest.raises(DataError, match=told):
            self.table([*map(self.record, range(99)), self.bad(100), self.bad(101)])

    def test_unless_bad_rows_are_to_be_skipped(self) -> None:
        assert (
            self.table([self.record(2), self.bad(3), self.bad(4)], on_bad_row="skip").report.bad["no price"].count == 2
        )

    def test_or_the_first_is_to_stop_the_run(self) -> None:
        with pytest.raises(DataError, match=r"no price \(1, first: products.csv:3: it is 'free'\); `on_bad_row: skip`"):
            self.table([*map(self.record, range(999)), self.bad(3, "it is 'free'")], on_bad_row="stop")

    def test_an_id_that_comes_again_is_a_bad_row(self) -> None:
        report = self.table([*map(self.record, range(200)), self.record(3, name="another")]).report
        assert report.bad["the id stands twice"].first == [
            "products.csv:3: '3' stands at products.csv:3 too; ids must differ"
        ]

    def test_half_a_character_is_a_bad_row(self) -> None:
        report = self.table([*map(self.record, range(200)), self.record(300, name="cut \ud83d")]).report
        assert report.records == 200
        assert report.bad["a character is incomplete"].first[0].startswith("products.csv:300: half of a surrogate pair")

    def test_personal_data_goes_no_further(self) -> None:
        rows: list[Record | Dropped | Exception] = [
            self.record(2, name="Lamp for jane.doe@example.com", email="jane.doe@example.com"),
            Dropped(origin="products.csv:3", reason="blank", detail="mail max@example.org"),
        ]
        table = self.table(rows)
        assert [dict(r.fields) for r in table] == [{"name": "Lamp for [email]"}]
        assert table.report.personal_data.masked == {"email": 1}
        assert table.report.personal_data.fields == {"email": 1}
        assert "example" not in table.report.model_dump_json()
        assert b"example" not in table.file.read_bytes()


def test_drops_are_counted_by_reason_most_frequent_first() -> None:
    count = DropCount()
    for number in range(7):
        count.add(Dropped(origin=f"a:{number}", reason="often", detail="x" if number == 1 else ""))
    count.add(Dropped(origin="a:9", reason="also once"))
    count.add(Dropped(origin="a:8", reason="once"))
    report = count.report()
    assert list(report) == ["often", "also once", "once"]
    assert report["often"] == Drops(count=7, first=["a:0", "a:1: x", "a:2", "a:3", "a:4"])


# --- prepare ---------------------------------------------------------------------------------------------------------


class TestPrepare:
    def test_no_group_stands_on_two_sides(self, shop: Shop) -> None:
        rows = [f"v{i},text {i} of an invented variant,g{i // 3}" for i in range(60)]
        shop.write_rows("products.fake", ["id,text,group", *rows])
        del shop.experiment["data"]["shop"]["tests"], shop.experiment["candidates"]["preferred"]
        shop.run()
        groups = {part: {e.group for e in of(shop, part)} for part in PARTS}
        assert len(set.union(*groups.values())) == sum(map(len, groups.values())) == 20
        assert sum(len(of(shop, part)) for part in PARTS) == 60

    def test_pairs_go_where_their_products_examples_go(self, shop: Shop) -> None:
        shop.run()
        prepared = shop.stored("prepare", task="echo")
        for part in PARTS:
            groups = {e.group for e in of(shop, part)}
            lines = prepared.path(f"pairs.{part}.jsonl").read_text("utf-8").splitlines()
            assert {json.loads(line)["group"] for line in lines} <= groups
        assert sum(part["pairs"] for part in prepared.json("data.json")["parts"].values()) == 20

    def test_the_data_report(self, shop: Shop) -> None:
        shop.set("tasks.echo.shortest", 5)
        with (shop.folder / "products.fake").open("a", encoding="utf-8") as file:
            file.write("q1,,tables\nq2,too short,tables\n")
        with (shop.folder / "tests.fake").open("a", encoding="utf-8") as file:
            file.write("q2,of which there is no example\n")
        shop.run()
        report = DataReport.model_validate(shop.stored("prepare", task="echo").json("data.json"))
        products = report.tables["products"]
        assert (products.files, products.records, products.groups) == (["products.fake"], 41, 41)
        assert products.dropped == {"no text": Drops(count=1, first=["products.fake:42"])}
        assert {field.name: field.filled for field in products.fields} == {"id": 41, "text": 41, "category": 41}
        assert report.examples_dropped == {"too short": Drops(count=1, first=["products.fake:43: 2 words"])}
        assert report.pairs_refused == {"no such product": Drops(count=1, first=["tests.fake:22"])}
        assert report.pairs_kept == {"unknown": 20}
        assert sum(part.examples for part in report.parts.values()) == 40
        assert sum(part.groups for part in report.parts.values()) == 40
        assert report.split_by == "product"
        assert report.weights is None

    def test_two_examples_of_one_id_are_refused(self, shop: Shop) -> None:
        shop.fail("examples", "twice")
        outcome = shop.run()
        assert outcome.code == 2
        assert (
            "products.fake:2: the id 'p0' stands also at products.fake:2; ids of examples are unique" in outcome.output
        )

    def test_every_example_filtered_out(self, shop: Shop) -> None:
        outcome = shop.set("tasks.echo.shortest", 100).run()
        assert outcome.code == 2
        assert (
            "products.fake, tests.fake: every row was filtered out. too short (40, first: products.fake:2: 8 words)"
            in (outcome.output)
        )

    def test_every_record_filtered_out(self, shop: Shop) -> None:
        shop.write_rows("products.fake", ["id,text", "p1,", "p2,"])
        outcome = shop.run()
        assert outcome.code == 2
        assert "products.fake: every row was filtered out. no text (2, first: products.fake:2)" in outcome.output

    def test_a_file_without_rows(self, shop: Shop) -> None:
        shop.write_rows("products.fake", ["id,text"])
        outcome = shop.run()
        assert outcome.code == 2
        assert "products.fake: no records in it" in outcome.output

    def test_one_product_only(self, shop: Shop) -> None:
        shop.write_rows("products.fake", ["id,text,group", "p1,one,g", "p2,another,g"])
        shop.write_rows("tests.fake", ["id,text", "p1,x"])
        outcome = shop.run()
        assert outcome.code == 2
        assert "1 product (groups that can't be split) leave none for" in outcome.output
        assert "more are needed, or another `split`" in outcome.output

    def test_no_validation_examples_where_they_are_scored(self, shop: Shop) -> None:
        shop.set("tasks.echo.split", {"test": 0.4, "validation": 0}).set("tasks.echo.score_on", "validation")
        outcome = shop.run()
        assert outcome.code == 3
        assert "there are no validation examples; give that part of `split` a share" in outcome.output


# --- tune ------------------------------------------------------------------------------------------------------------


class TestTune:
    def test_starts_from_its_parent(self, shop: Shop) -> None:
        shop.run()
        weights = [
            json.loads((shop.stored("tune", candidate=c).path("adapter") / "weights.json").read_text("utf-8"))["skill"]
            for c in ("drilled", "preferred")
        ]
        assert weights == [1 - 0.5 * 0.5**4, 1 - 0.5 * 0.5**7]

    def test_sees_training_data_alone(self, shop: Shop) -> None:
        shop.run()
        training = shop.stored("tune", candidate="drilled").json("training.json")
        assert training["data"]["used"] == len(of(shop, "train"))
        assert [point["step"] for point in training["loss"]] == [1, 2, 3, 4]

    def test_killed_and_run_again_it_goes_on(self, shop: Shop, tmp_path: Path) -> None:
        shop.fail("step 3", "kill")
        assert shop.spawn().code == -signal.SIGKILL
        assert [line for line in shop.journal() if line.startswith("trained")] == ["trained step 1", "trained step 2"]
        shop.heal()
        outcome = shop.run()
        assert outcome.code == 0
        assert "tune drilled (going on)" in outcome.output
        assert [line for line in shop.journal() if line.startswith("trained")][:2] == [
            "trained step 3",
            "trained step 4",
        ]
        undisturbed = Shop(tmp_path / "undisturbed")
        undisturbed.run()
        assert shop.comparison() == undisturbed.comparison()

    def test_without_pairs_it_says_why(self, shop: Shop) -> None:
        shop.write_rows("tests.fake", ["id,text", "q1,of no product"])
        outcome = shop.run()
        assert outcome.code == 3
        assert "prefer learns from preference pairs and there are none: all were refused: no such product (1)" in (
            outcome.output
        )

    def test_without_a_table_of_tests_it_says_so(self, shop: Shop) -> None:
        del shop.experiment["data"]["shop"]["tests"]
        assert "there are none: the data has no table of A/B tests (`tests`)" in shop.run().output

    def test_a_method_that_leaves_no_model_is_told(self, shop: Shop) -> None:
        shop.plugin_source('job.output / "adapter"', 'job.output / "adaptor"')
        outcome = shop.run()
        assert outcome.code == 3
        assert "tune drilled: the method 'drill' left neither `adapter/` nor `model/`" in outcome.output

    def test_a_whole_model_replaces_its_base_and_carries_its_childs_adapter(self, shop: Shop) -> None:
        shop.plugin_source('job.output / "adapter"', 'job.output / ("adapter" if job.options.steps == 3 else "model")')
        shop.plugin_source('"adapter": files.adapter is not None', '"places": [str(files.folder), str(files.adapter)]')
        assert shop.run().code == 0
        model = str(shop.stored("tune", candidate="drilled").path("model"))
        adapter = str(shop.stored("tune", candidate="preferred").path("adapter"))
        for candidate, places in (("drilled", [model, "None"]), ("preferred", [model, adapter])):
            info = shop.stored("predict", task="echo", candidate=candidate).json("info.json")
            assert info["places"] == places


# --- predict ---------------------------------------------------------------------------------------------------------


class TestPredict:
    def test_answers_stand_in_the_examples_order(self, shop: Shop) -> None:
        shop.run()
        for candidate in ("silence", "base", "preferred"):
            assert [p.example_id for p in predictions(shop, candidate)] == [e.id for e in of(shop, "test")]

    def test_cost_is_kept(self, shop: Shop) -> None:
        shop.run()
        cost = shop.stored("predict", task="echo", candidate="base").manifest["cost"]
        answers = predictions(shop, "base")
        assert cost["tokens_in"] == sum(p.prompt_tokens for p in answers)
        assert cost["tokens_out"] == sum(p.completion_tokens for p in answers)
        assert cost["seconds"] > 0
        assert cost["peak_memory_bytes"] > 1e6

    def test_killed_and_run_again_it_answers_what_is_left(self, shop: Shop, tmp_path: Path) -> None:
        shop.fail("batch 3", "kill")
        assert shop.spawn().code == -signal.SIGKILL
        assert [line for line in shop.journal() if line.startswith("answered")] == ["answered 4", "answered 4"]
        shop.heal()
        outcome = shop.run()
        assert outcome.code == 0
        assert "predict echo with base (going on)" in outcome.output
        assert next(line for line in shop.journal() if line.startswith("answered")) == "answered 3"
        undisturbed = Shop(tmp_path / "undisturbed")
        undisturbed.run()
        for candidate in ("base", "drilled"):
            step, other = (s.stored("predict", task="echo", candidate=candidate) for s in (shop, undisturbed))
            assert step.path("predictions.jsonl").read_bytes() == other.path("predictions.jsonl").read_bytes()
        assert shop.comparison() == undisturbed.comparison()

    @pytest.mark.parametrize(
        "tail", [b'{"example_id": "p1', to_line(Prediction(example_id="p1"))[:-1], '{"text": "ä'.encode()]
    )
    def test_a_line_that_a_kill_tore_is_answered_again(self, shop: Shop, tmp_path: Path, tail: bytes) -> None:
        shop.fail("batch 3")
        assert shop.run().code == 3
        shop.heal()
        step = shop.plan().step("predict", task="echo", candidate="base")
        log = shop.store.root / "work" / step.fingerprint / "state" / "predictions.jsonl"
        whole = log.read_bytes()
        assert whole.count(b"\n") == 8
        log.write_bytes(whole + tail[:-1])
        assert shop.run().code == 0
        undisturbed = Shop(tmp_path / "undisturbed")
        undisturbed.run()
        assert predictions(shop, "base") == predictions(undisturbed, "base")

    def test_a_full_disk_in_the_middle(self, shop: Shop) -> None:
        shop.fail("batch 2", "full disk")
        outcome = shop.run()
        assert outcome.code == 3
        assert "no space left on the disk that holds" in outcome.output
        shop.heal()
        shop.journal()
        assert shop.run().code == 0
        assert next(line for line in shop.journal() if line.startswith("answered")) == "answered 4"

    def test_a_backend_that_leaves_some_out_is_told(self, shop: Shop) -> None:
        shop.plugin_source("range(0, len(order), self._batch)", "range(0, len(order) - 4, self._batch)")
        outcome = shop.run()
        assert outcome.code == 3
        assert "predict echo with base: the backend 'fake' gave no answer to 3: ['p" in outcome.output

    def test_too_few_examples_for_the_prompt(self, shop: Shop) -> None:
        outcome = shop.set("candidates.few_shot.few_shot", 99).run()
        assert outcome.code == 3
        assert "predict echo with few_shot: few_shot is 99, and only" in outcome.output

    def test_settings_reach_the_backend(self, shop: Shop) -> None:
        shop.set("tasks.echo.generate", {"max_new_tokens": 2}).run()
        assert max(p.completion_tokens for p in predictions(shop, "preferred")) == 2

    def test_shots_are_earlier_turns_after_the_system_message(self) -> None:
        def messages(system: str, user: str) -> tuple[Message, ...]:
            return ({"role": "system", "content": system}, {"role": "user", "content": user})

        shot = Example(id="s", messages=messages("of the shot", "say a"), references=("a", "b"), group="s")
        assert with_shots(messages("be brief", "say c"), [shot]) == [
            {"role": "system", "content": "be brief"},
            {"role": "user", "content": "say a"},
            {"role": "assistant", "content": "a"},
            {"role": "user", "content": "say c"},
        ]
        assert with_shots(shot.messages[1:], []) == [{"role": "user", "content": "say a"}]

    def test_shots_come_from_training_and_depend_on_the_seed(self, shop: Shop) -> None:
        shop.plugin_source(
            'return Prediction(example_id="", text=" ".join(kept)',
            ('return Prediction(example_id="", text=" | ".join(m["content"] for m in prompt[1::2])'),
        )
        shop.run()
        (text,) = {p.text for p in predictions(shop, "few_shot")}  # the same for all prompts
        assert set(text.split(" | ")) < {e.references[0] for e in of(shop, "train")}
        shop.set("seed", 8).run()
        assert text not in {p.text for p in predictions(shop, "few_shot")}


# --- measure ---------------------------------------------------------------------------------------------------------


class TestMeasure:
    def test_rows_of_an_additive_metric(self, shop: Shop) -> None:
        shop.run()
        rows = np.load(shop.stored("measure", task="echo", candidate="base", metric="overlap").path("rows.npy"))
        expected = [
            [len(set(p.text.split()) & set(e.references[0].split())), len(set(e.references[0].split()))]
            for e, p in zip(of(shop, "test"), predictions(shop, "base"), strict=True)
        ]
        assert rows.dtype == np.float64
        assert rows.tolist() == expected

    def test_value_of_another(self, shop: Shop) -> None:
        shop.run()
        values = shop.stored("measure", task="echo", candidate="base", metric="distinct").json("values.json")
        words = [w for p in predictions(shop, "base") for w in p.text.split()]
        assert values == {"own": len(set(words)) / len(words)}
        of_silence = shop.stored("measure", task="echo", candidate="silence", metric="distinct").json("values.json")
        assert of_silence == {"own": None}

    def test_an_answer_that_does_not_parse_is_invalid(self, shop: Shop) -> None:
        shop.run()
        results = {
            r["candidate"]: r for r in shop.comparison()["results"] if r["metric"] == "overlap" and not r["slice"]
        }
        assert results["silence"]["invalid"] == results["silence"]["n"] == len(of(shop, "test"))
        assert results["silence"]["value"] == 0
        assert results["drilled"]["invalid"] == 0

    def test_a_parse_that_raises_makes_its_answer_invalid(self, shop: Shop) -> None:
        shop.fail("parse")
        assert shop.run().code == 0
        assert all(r["invalid"] == r["n"] for r in shop.comparison()["results"] if not r["slice"])
        samples = (shop.folder / "reports/fake/samples.jsonl").read_text("utf-8").splitlines()
        answer = json.loads(samples[0])["answers"]["base"]
        assert answer["invalid"] == "the task's parse raised ValueError: parse was asked to raise"
        assert answer["text"]

    @pytest.mark.parametrize(
        ("rows", "said"),
        [
            ("np.zeros(3)", "rows have shape (3,); needed is [11, k], one row for each sample"),
            ("np.zeros((3, 2))", "rows have shape (3, 2); needed is [11, k]"),
            (
                "np.full((11, 2), np.nan)",
                "[nan, nan]; rows must be finite. A sample that the metric does not apply to is a row of zeros",
            ),
            ("[[1, 2], [3]] * 11", "rows are no array of numbers"),
        ],
    )
    def test_rows_that_are_none_are_refused(self, shop: Shop, rows: str, said: str) -> None:
        shop.plugin_source("return np.array(rows, dtype=np.float64)", f"return {rows}")
        outcome = shop.run()
        assert outcome.code == 3
        assert said in outcome.output
        assert "overlap" in outcome.output


# --- elapsed ---------------------------------------------------------------------------------------------------------


class TestElapsed:
    @pytest.fixture
    def clock(self, monkeypatch: pytest.MonkeyPatch) -> list[float]:
        now = [100.0]
        monkeypatch.setattr("shoptune.steps.elapsed.time.perf_counter", lambda: now[0])
        return now

    def test_adds_up_over_runs(self, tmp_path: Path, clock: list[float]) -> None:
        first = Elapsed(tmp_path / "seconds")
        clock[0] += 7
        first.note()
        clock[0] += 100  # killed, and started again later
        second = Elapsed(tmp_path / "seconds")
        clock[0] += 2
        assert second.seconds == 9

    def test_notes_at_most_once_a_second(self, tmp_path: Path, clock: list[float]) -> None:
        told: list[float] = []
        progress = Elapsed(tmp_path / "seconds").around(lambda done, total, unit="", detail="": told.append(done))
        progress(1, 2)
        assert not (tmp_path / "seconds").exists()
        clock[0] += 1
        progress(2, 2)
        assert (tmp_path / "seconds").read_text() == "1.000"
        assert told == [1, 2]

    @pytest.mark.parametrize("torn", ["", "1.", "x"])
    def test_a_torn_note_loses_no_run(self, tmp_path: Path, clock: list[float], torn: str) -> None:
        (tmp_path / "seconds").write_text(torn)
        assert Elapsed(tmp_path / "seconds").seconds in {0.0, 1.0}
