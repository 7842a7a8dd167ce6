"""Routes in words: what is asked of one, the true order and the false ones, and reading it back.

kinds         a task's category and its direction
sequences     what a category's answer lists, forward and on the way back
phrases       that list as a text, and the list again from a text
false_orders  lists that a route does not have
plans         what can be asked of a route, with the answers
questions, verdicts, evidence
              one stage's requests each
"""
