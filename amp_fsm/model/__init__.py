"""Nouns: frozen values that every other part speaks in.  Pure; only `machine.compiled` imports `transitions`."""
