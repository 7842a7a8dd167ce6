"""How right an answer is: letters, numbers, times, boxes, and answers with their time."""
