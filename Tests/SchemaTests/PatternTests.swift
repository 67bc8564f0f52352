// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Schema

struct PatternTests {
    @Test(arguments: [
        ("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", "web-1", true),
        ("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", "-web", false),
        ("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", "", false),
        ("^(a|bc)+$", "abcbca", true),
        ("^(a|bc)+$", "ab", false),
        ("^(a+)+$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", false),
        ("^x{2,3}$", "x", false), ("^x{2,3}$", "xxx", true), ("^x{2,3}$", "xxxx", false),
        ("^a\\.b$", "a.b", true), ("^a\\.b$", "axb", false), ("^a.b$", "axb", true),
        ("^[^/]*$", "a/b", false), ("^$", "", true), ("^(|a)$", "", true),
        ("^\\d$", "\\d", false),
    ])
    func `matches the whole text`(pattern: String, text: String, isMatch: Bool) throws {
        guard let compiled = Pattern(pattern) else {
            #expect(pattern == "^\\d$", "not in the subset: \(pattern)")
            return
        }
        #expect(compiled.matches(text) == isMatch, "\(pattern) on \(text)")
    }

    @Test(arguments: [
        "a", "^a", "a$", "^(a$", "^[a$", "^a**$", "^*$", "^a{3,1}$", "^a{99999}$", "^(((a{100}){100}){100})$", "^\\w$",
        "^[z-a]$", "",
        "^" + String(repeating: "(", count: 100) + "$",
    ])
    func `refuses what it does not know`(pattern: String) { #expect(Pattern(pattern) == nil) }
}
