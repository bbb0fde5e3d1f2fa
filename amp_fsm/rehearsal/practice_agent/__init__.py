"""The practice agent: a small terminal program that behaves like the real ones, for rehearsals and tests.

Standard library only, so that it starts fast.  It knows nothing of the reconciler: what it is told arrives as keys.
"""
