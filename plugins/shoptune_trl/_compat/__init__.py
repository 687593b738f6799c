"""The wall: every private or fragile API of trl, transformers, peft and huggingface_hub that this plugin uses.

Each function says which API it uses and why, what the public way is, and what breaks when the library changes.  With
``SHOPTUNE_PLAIN=1`` (`shoptune_transformers.plain`) none of them is called but `telemetry.telemetry_off`: privacy is
not to be traded, and costs nothing.  `tests/plugins/test_walls.py` keeps the rest of the plugin free of such uses;
`tests/plugins/trl/test_compat.py` fails, naming the function, when an installed version no longer has what it relies
on.

What the libraries document is used outside: `Trainer.compute_loss`, `get_batch_samples` and ``loss_is_scaled_for_ga``
(the way to a loss of one's own), the columns that TRL prepares and the batches of its collators.
"""
