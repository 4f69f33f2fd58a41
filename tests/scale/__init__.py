"""What a city costs when it is large: filled by COPY, read as people and clocks read it."""
