"""Configuration: YAML text -> positions -> merge -> schema problems -> `Project` -> lint problems.  Pure."""
