"""The command line: one file per command; arguments in, one library call, text and exit code out."""
