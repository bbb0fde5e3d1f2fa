"""Rehearsal: practice agents and a private world in which any configuration can be tried for real."""
