/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TABLE: why a session ended.
 *
 * CLOSE(ID, word, FIELD, text)
 *   FIELD   the counter of lb_fields.h that it adds to, or NONE
 */
CLOSE(DONE,          "done",          NONE,        "both sides ended it")
CLOSE(SENT_AWAY,     "sent-away",     NONE,        "the client goes on with the member directly")
CLOSE(IDLE,          "idle",          IDLE_CLOSED, "silent for too long")
CLOSE(CLIENT_RESET,  "client-reset",  NONE,        "the client's connection broke")
CLOSE(MEMBER_RESET,  "member-reset",  NONE,        "the member's connection broke")
CLOSE(NO_MEMBER,     "no-member",     NO_MEMBER,   "no member could take it")
CLOSE(REFUSED,       "refused",       REFUSED,     "a limit or a list forbids it")
CLOSE(RATE,          "rate",        REFUSED,     "all members had their new sessions of this second: a datagram; TCP waits")
CLOSE(GAVE_UP,       "gave-up",     NONE,        "the client ended before a member could take it")
CLOSE(LOCAL,         "local",         REFUSED,     "the balancer itself was short of something")
CLOSE(RECYCLED,      "recycled",      RECYCLED,    "an association whose client never spoke again made room")
CLOSE(OUTLASTED,     "outlasted",     RECYCLED,    "an association that was silent for longest made room")
CLOSE(MEMBER_DOWN,   "member-down",   NONE,        "its member went down, was disabled or drained too long")
CLOSE(STOP,          "stop",          NONE,        "the balancer ends")
#undef CLOSE
