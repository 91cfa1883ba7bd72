"""Skill: metrics, rivals in three tiers, tests of difference, and the skill record that holds them together."""
