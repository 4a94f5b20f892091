"""The exam hot path: take an answer, make it durable, and only then say so; tell pages what was decided meanwhile.

The one exception to the rules of the house. This path opens and commits its own transactions (an acknowledgement must
mean that the disk has it), uses Core instead of the ORM, reads no session cookie and loads no person: a signed token,
given out when the page was opened, says whose attempt it is. Every rule about time and state is checked inside the
very transaction that stores the answer.

One thread writes for everybody and one transaction holds all that is waiting (`writer`; `ending` for hand-ins, which
use the verbs of the feature). On SQLite it holds the only write lock and the time is this process's; on PostgreSQL it
locks the attempts (`FOR NO KEY UPDATE`, in the order of their ids) and an answer's time is the database's, so that
several processes agree.
"""
