// SPDX-License-Identifier: Apache-2.0
#include "CRE2.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <vector>

#include <re2/re2.h>

struct cre2_pattern {
    re2::RE2 expression;

    cre2_pattern(re2::StringPiece text, const re2::RE2::Options &options) : expression(text, options) {}
};

cre2_pattern *cre2_compile(const char *text, size_t length, int64_t memory, char *problem, size_t problem_size) {
    auto fail = [&](const char *why, size_t count) -> cre2_pattern * {
        if (problem_size == 0) return nullptr;
        count = std::min(count, problem_size - 1);
        std::memcpy(problem, why, count);
        problem[count] = 0;
        return nullptr;
    };
    static const char out_of_memory[] = "out of memory";
    try {
        re2::RE2::Options options;
        options.set_log_errors(false);
        options.set_max_mem(memory);
        auto *pattern = new cre2_pattern(re2::StringPiece(text, length), options);
        if (pattern->expression.ok()) return pattern;
        fail(pattern->expression.error().data(), pattern->expression.error().size());
        delete pattern;
        return nullptr;
    } catch (...) {
        return fail(out_of_memory, sizeof out_of_memory - 1);
    }
}

void cre2_free(cre2_pattern *pattern) { delete pattern; }

int cre2_group_count(const cre2_pattern *pattern) { return pattern->expression.NumberOfCapturingGroups(); }

int cre2_group_named(const cre2_pattern *pattern, const char *name) {
    try {
        const auto &groups = pattern->expression.NamedCapturingGroups();
        auto found = groups.find(name);
        return found == groups.end() ? -1 : found->second;
    } catch (...) {
        return -1;
    }
}

int cre2_matches(const cre2_pattern *pattern, const char *text, size_t length) {
    try {
        return pattern->expression.Match(
            re2::StringPiece(text, length), 0, length, re2::RE2::UNANCHORED, nullptr, 0);
    } catch (...) {
        return 0;
    }
}

int cre2_search(
    const cre2_pattern *pattern, const char *text, size_t length, int group, ptrdiff_t *start, ptrdiff_t *end) {
    *start = *end = -1;
    if (group < 0 || group > cre2_group_count(pattern)) return 0;
    try {
        std::vector<re2::StringPiece> groups(group + 1);
        if (!pattern->expression.Match(
                re2::StringPiece(text, length), 0, length, re2::RE2::UNANCHORED, groups.data(), group + 1))
            return 0;
        if (groups[group].data() != nullptr) {
            *start = groups[group].data() - text;
            *end = *start + groups[group].size();
        }
        return 1;
    } catch (...) {
        return 0;
    }
}
