"""Skill: metrics, naive rivals, tests of difference, and the skill record that holds them together."""
