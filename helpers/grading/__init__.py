"""Grading a class: learners' cells run in a sandbox, verdicts are given outside of it."""
