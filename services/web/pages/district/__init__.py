"""The district's and the city's pages: is the promise safe, what waits for two people, which rules are in force."""
