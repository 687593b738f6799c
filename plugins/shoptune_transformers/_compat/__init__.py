"""The wall: every private or fragile API of torch and transformers that this plugin uses, and nowhere else.

Each function says which API it uses and why, what the public way is, and what breaks when the library changes.  With
``SHOPTUNE_PLAIN=1`` (`shoptune_transformers.plain`) none of them is called.  `tests/plugins/test_walls.py` keeps
the rest of the plugin free of such uses; `tests/plugins/transformers/test_compat.py` fails, naming the function, when
an installed version no longer has what it relies on.
"""
