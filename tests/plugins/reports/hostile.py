"""Any text that a report for programs may have to write."""

from hypothesis import strategies as st

__all__ = ["texts"]

texts = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=60)
