"""Observation: raw looks -> facts.  Screens, tables, files, answers become `Observed`.  Pure."""
