// What the MDS is told: it compares this with versions of libcurve, whose protocol this client speaks.
#pragma once

namespace curve {
constexpr const char* kClientVersion = "2.7.0";
}
