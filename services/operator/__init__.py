"""The operator's command, `timebank`: look, prove, compare, mend; and the demonstration of the main flow."""
