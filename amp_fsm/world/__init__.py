"""Adapters of the ports: tmux, SQLite, files, processes, clocks.  One module per danger."""
