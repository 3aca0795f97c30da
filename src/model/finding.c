#include "model/finding.h"

const char *severity_name(enum severity severity)
{
    switch (severity) {
    case SEVERITY_BLOCKER:
        return "blocker";
    case SEVERITY_CHANGES:
        return "changes";
    case SEVERITY_NOTE:
        return "note";
    }
    return "note";
}
