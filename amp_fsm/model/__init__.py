"""Nouns: frozen values that every other part speaks in.  Pure; `machine` is the only importer of `transitions`."""
