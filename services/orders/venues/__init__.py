"""Where people come together: canteens, day centres, neighbour points; and the code that is shown there."""
