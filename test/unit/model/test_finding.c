#include "model/finding.h"
#include "tap.h"

int main(void)
{
    is_text(severity_name(SEVERITY_BLOCKER), "blocker", "blocker");
    is_text(severity_name(SEVERITY_CHANGES), "changes", "changes");
    is_text(severity_name(SEVERITY_NOTE), "note", "note");
    return done_testing();
}
