import dataclasses
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from shoptune.components import ModelFiles
from shoptune.testing import make_job
from shoptune_trl._compat.library_fields import SOURCES, field_names
from shoptune_trl.options import LORA_OWNED, ONLY_WITH_BEST, SHORT_NAMES, TRAINER_OWNED, DPOOptions, Lora, SFTOptions

METHODS = [(SFTOptions, "SFTConfig"), (DPOOptions, "DPOConfig")]


def library_class(name: str) -> Any:
    import peft
    import trl

    return getattr(peft if name == "LoraConfig" else trl, name)


def defaults(name: str) -> dict[str, Any]:
    return {
        f.name: None
        if f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING
        else f.default
        if f.default_factory is dataclasses.MISSING
        else f.default_factory()
        for f in dataclasses.fields(library_class(name))
    }


@pytest.mark.parametrize("name", SOURCES)
def test_names_read_off_the_source_are_the_dataclass_fields(name: str) -> None:
    assert field_names(name) == {f.name for f in dataclasses.fields(library_class(name))}


@pytest.mark.parametrize(("options", "config"), METHODS)
def test_every_field_of_the_trainer_is_accepted_or_refused_with_a_reason(options: Any, config: str) -> None:
    for name, value in defaults(config).items():
        if SHORT_NAMES.get(name) in options.model_fields:
            with pytest.raises(ValidationError, match=f"set `{SHORT_NAMES[name]}`"):
                options(trainer={name: value})
        elif name in ONLY_WITH_BEST:
            with pytest.raises(ValidationError, match="can't be set without `load_best_model_at_end: true`"):
                options(trainer={name: value})
            assert options(trainer={name: value, "load_best_model_at_end": True})
        elif name in TRAINER_OWNED:
            with pytest.raises(ValidationError, match="can't be set: "):
                options(trainer={name: value})
        else:
            assert options(trainer={name: value}).trainer == {name: value}


@pytest.mark.filterwarnings("ignore:`gradient_checkpointing` is deprecated")
@pytest.mark.parametrize(("options", "config"), METHODS)
def test_every_accepted_field_reaches_the_trainer(options: Any, config: str, tiny: ModelFiles, tmp_path: Path) -> None:
    from shoptune_trl.training import trainer_settings

    free = {n: v for n, v in defaults(config).items() if n not in {*TRAINER_OWNED, *SHORT_NAMES, *ONLY_WITH_BEST}}
    free |= {"bf16": False, "weight_decay": 0.125, "adam_beta2": 0.5, "neftune_noise_alpha": 3.0}
    args = library_class(config)(
        **trainer_settings(make_job(tiny, tmp_path, options(trainer=free)), learning_rate=1e-3, validate=False)
    )
    assert (args.weight_decay, args.adam_beta2, args.neftune_noise_alpha) == (0.125, 0.5, 3.0)
    assert (args.learning_rate, args.seed, args.logging_steps, args.use_cpu) == (1e-3, 7, 1, True)


@pytest.mark.parametrize(
    "name",
    [
        *("report_to", "run_name", "push_to_hub", "save_total_limit", "dataloader_num_workers", "fsdp"),
        *("prediction_loss_only", "include_for_metrics", "eval_accumulation_steps", "dataset_text_field"),
    ],
)
def test_what_changes_nothing_about_the_result_can_not_be_set(name: str) -> None:
    with pytest.raises(ValidationError, match=f"'{name}' can't be set: .*"):
        SFTOptions(trainer={name: 1})


def test_every_field_of_lora_is_accepted_or_refused_with_a_reason() -> None:
    short = {"r", "target_modules", "lora_alpha", "lora_dropout"}
    for name, value in defaults("LoraConfig").items():
        if name in short:
            continue
        if name in LORA_OWNED:
            with pytest.raises(ValidationError, match="can't be set: "):
                Lora(**{name: value})
        else:
            assert (Lora(**{name: value}).model_extra or {})[name] == value


@pytest.mark.filterwarnings("ignore:`eva_config` specified but will be ignored")
def test_lora_fields_reach_peft() -> None:
    from shoptune_trl.trainable_model import lora_config

    made = lora_config(Lora(r=3, alpha=5, dropout=0.25, use_rslora=True, eva_config={"rho": 3.0}, bias="all"))
    assert (made.r, made.lora_alpha, made.lora_dropout, made.target_modules) == (3, 5, 0.25, "all-linear")
    assert made.use_rslora
    assert made.bias == "all"
    assert made.eva_config is not None
    assert made.eva_config.rho == 3.0
    assert made.task_type == "CAUSAL_LM"


def test_peft_names_of_short_options_are_understood_but_not_twice() -> None:
    assert Lora(lora_alpha=8, lora_dropout=0.1) == Lora(alpha=8, dropout=0.1)
    with pytest.raises(ValidationError, match="once"):
        Lora(alpha=8, lora_alpha=9)


def test_unknown_names_are_refused_with_the_nearest() -> None:
    with pytest.raises(ValidationError, match=r"SFTConfig has no field 'weight_decai'\. Did you mean 'weight_decay'"):
        SFTOptions(trainer={"weight_decai": 0.1})
    with pytest.raises(ValidationError, match="DPOConfig has no field 'packing'"):
        DPOOptions(trainer={"packing": True})
    with pytest.raises(ValidationError, match=r"LoraConfig has no field 'use_dorra'\. Did you mean 'use_dora'"):
        SFTOptions(lora={"use_dorra": True})
    with pytest.raises(ValidationError, match="Extra inputs"):
        SFTOptions.model_validate({"epoch": 3})


def test_full_tuning_is_lora_false_and_nothing_else() -> None:
    assert SFTOptions(lora=False).lora is False
    assert SFTOptions().lora is None
    with pytest.raises(ValidationError):
        SFTOptions(lora=True)


def test_options_survive_a_round_trip_through_json() -> None:
    options = SFTOptions(lora={"r": 4, "use_dora": True}, trainer={"warmup_steps": 0.1})
    assert SFTOptions.model_validate_json(options.model_dump_json()) == options


def test_checking_options_imports_no_torch() -> None:
    code = (
        "import sys; from shoptune.plugins import load_plugins; "
        "methods = {name: of.component for name, of in load_plugins().tuning_methods.items()}; "
        "methods['sft'].options(lora={'use_dora': True}, trainer={'packing': True}).model_json_schema(); "
        "methods['dpo'].options(trainer={'loss_type': ['ipo']}); "
        "print(sorted({'torch', 'transformers', 'trl', 'peft', 'datasets'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
