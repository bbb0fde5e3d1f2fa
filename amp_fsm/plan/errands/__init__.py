"""Errands: what amp-fsm asks of one agent on its own account.  `errand` is what all share; one module for each kind."""
