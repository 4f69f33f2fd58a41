"""The rules as executable stories: drives a running platform through its public API and looks at the result.

Imports nothing of the platform, opens no database, and contains no rule and no expected number: both are in the files.
"""
