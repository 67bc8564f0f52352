// SPDX-License-Identifier: Apache-2.0
import Essentials
import JSONScan
import Testing

@testable import Evaluation

@Suite struct FilterTests {
    static func filter(_ name: String) throws -> Filter {
        try #require(Filter.all.first { $0.name == name }, "\(name)")
    }

    static func value(_ text: String) throws -> JSONValue {
        var scanner = JSONScanner(Array(text.utf8))
        let value = try scanner.readValue()
        try scanner.finish()
        return value
    }

    static let vectors: [(String, String, String)] = [
        (
            "cron",
            #"{"schedule":"30 2 * * *","timeZone":"Europe/Paris","after":"2026-03-28T12:00:00Z","count":2,"through":null}"#,
            #"{"next":["2026-03-29T01:00:00Z","2026-03-30T00:30:00Z"]}"#
        ),
        (
            "cron",
            #"{"schedule":"@daily","after":"2026-03-28T12:00:00Z","count":0,"through":"2026-03-29T00:00:00Z"}"#,
            #"{"latest":"2026-03-29T00:00:00Z","next":[]}"#
        ),
        (
            "cron",
            #"{"schedule":"@daily","after":"2026-03-28T12:00:00Z","through":"2026-03-28T23:59:59.9Z"}"#,
            #"{"latest":null,"next":["2026-03-29T00:00:00Z"]}"#
        ),
        (
            "cron", #"{"schedule":"@daily","after":"2026-03-28T12:00:00Z","count":10001}"#,
            #"{"error":"count: `10001` is not valid; write a whole number from 0 to 10000"}"#
        ),
        ("cron", #"{"after":"2026-03-28T12:00:00Z"}"#, #"{"error":"schedule: is missing; write a string"}"#),
        (
            "cron", #"{"schedule":"@daily","timezone":"UTC"}"#,
            #"{"error":"`timezone`: is unknown; write schedule, timeZone, after, count, through"}"#
        ),
        ("cron", "[]", #"{"error":"expected an object; write {…} on one line"}"#),
        (
            "zone", #"{"timeZone":"Asia/Kolkata","after":"2026-01-01T00:00:00Z","through":"2036-01-01T00:00:00Z"}"#,
            #"{"changes":[],"offsetSeconds":19800}"#
        ),
        (
            "zone",
            #"{"timeZone":"America/New_York","after":"2026-03-08T07:00:00Z","through":"2026-11-01T06:00:00Z"}"#,
            #"{"changes":[{"offsetSeconds":-18000,"time":"2026-11-01T06:00:00Z"}],"offsetSeconds":-14400}"#
        ),
        (
            "suppression",
            #"{"suppressions":[{"id":"CVE-2024-0002","reason":"r"},{"id":"CVE-2024-*","reason":"r"}],"id":"CVE-2024-0001","image":"nginx:1","now":"2026-06-01T00:00:00Z"}"#,
            #"{"nextExpiry":null,"suppressedBy":1}"#
        ),
        (
            "suppression",
            #"{"suppressions":[{"id":"CVE-2024-000?","reason":"r","expiresTime":"2026-06-01T00:00:00Z"}],"id":"CVE-2024-0001","image":"nginx:1","now":"2026-06-01T00:00:00Z"}"#,
            #"{"nextExpiry":null,"suppressedBy":null}"#
        ),
        (
            "suppression",
            #"{"suppressions":[{"id":"CVE-2024-000?","reason":"r","expiresTime":"2026-06-01T00:00:01Z"}],"id":"CVE-2024-0001","image":"nginx:1","now":"2026-06-01T00:00:00Z"}"#,
            #"{"nextExpiry":"2026-06-01T00:00:01Z","suppressedBy":0}"#
        ),
        (
            "suppression",
            #"{"suppressions":[{"id":"cve-2024-0001","reason":"r"}],"id":"CVE-2024-0001","image":"nginx:1","now":"2026-06-01T00:00:00Z"}"#,
            #"{"nextExpiry":null,"suppressedBy":null}"#
        ),
        (
            "suppression",
            #"{"suppressions":[{"id":"*","package":"openssl","reason":"r"}],"id":"CVE-2024-0001","image":"nginx:1","now":"2026-06-01T00:00:00Z"}"#,
            #"{"nextExpiry":null,"suppressedBy":null}"#
        ),
        (
            "suppression",
            #"{"suppressions":[{"id":"*","package":"*ssl*","reason":"r"}],"id":"CVE-2024-0001","image":"nginx:1","now":"2026-06-01T00:00:00Z","package":"libssl3"}"#,
            #"{"nextExpiry":null,"suppressedBy":0}"#
        ),
        (
            "suppression",
            #"{"suppressions":[{"id":"*","image":"docker.io/library/nginx","reason":"r"}],"id":"CVE-2024-0001","image":"nginx:1","now":"2026-06-01T00:00:00Z"}"#,
            #"{"nextExpiry":null,"suppressedBy":0}"#
        ),
        (
            "suppression",
            #"{"suppressions":[{"id":"*","image":"nginx:2","reason":"r"}],"id":"CVE-2024-0001","image":"nginx:1","now":"2026-06-01T00:00:00Z"}"#,
            #"{"nextExpiry":null,"suppressedBy":null}"#
        ),
        (
            "suppression",
            #"{"suppressions":[{"id":"*","image":"*/flask*","reason":"r"}],"id":"CVE-2024-0001","image":"localhost:32000/team/flask-k8s-app:1.0.0","now":"2026-06-01T00:00:00Z"}"#,
            #"{"nextExpiry":null,"suppressedBy":0}"#
        ),
        (
            "suppression",
            #"{"suppressions":[{"id":"*","image":"index.docker.io/nginx:1","reason":"r"}],"id":"CVE-2024-0001","image":"nginx:1","now":"2026-06-01T00:00:00Z"}"#,
            #"{"nextExpiry":null,"suppressedBy":0}"#
        ),
        (
            "reference", #"{"image":"redis:7"}"#,
            #"{"complete":"docker.io/library/redis:7","familiar":"redis:7","manifestReference":"7","#
                + #""registry":"docker.io","repository":"library/redis","tag":"7"}"#
        ),
        (
            "imageid", #"{"image":"redis:7","imageID":""}"#, #"{"unresolved":"Empty"}"#
        ),
        (
            "credentials",
            #"{"image":"r.io/a","configurations":[{"auths":{"r.io":{"auth":"dTpw"}}},{"x":1},{"auths":{"r.io/a":{"username":"v","password":"q"}}}]}"#,
            #"{"credentials":[{"registryKey":"r.io/a","username":"v"},{"registryKey":"r.io","username":"u"}],"#
                + #""unreadable":[{"index":1,"reason":"NoRegistries"}]}"#
        ),
        (
            "credentials", #"{"image":"r.io/a","form":"x","configurations":[]}"#,
            #"{"error":"form: is neither; write dockerconfigjson or dockercfg"}"#
        ),
        (
            "tags", #"{"type":"SemVer","range":"^1","tags":["1.0.0","1.1.0","2.0.0","x"],"running":"1.0.0"}"#,
            #"{"acceptable":2,"newer":1,"ranked":["1.1.0","1.0.0"],"rejected":{"NotAVersion":1,"OutOfRange":1},"ties":[]}"#
        ),
        (
            "tags", #"{"type":"CalVer","range":"^1","tags":[]}"#,
            #"{"error":"range: is for SemVer only; remove it, or write type: SemVer"}"#
        ),
        (
            "tags", #"{"type":"Semver","tags":[]}"#,
            #"{"error":"type: \"Semver\" is none; write SemVer, CalVer, Numerical, Alphabetical, Digest"}"#
        ),
        (
            "tags", #"{"type":"Numerical","exclude":["("],"tags":[]}"#,
            #"{"error":"tags.exclude[0]: \"(\" is no RE2 expression: missing ): (; correct it"}"#
        ),
        (
            "frame", #"{"log":"nothing here\n","units":["a"]}"#,
            #"{"units":{"a":{"frameError":"the log has no frame for this image"}}}"#
        ),
        (
            "frame", #"{"log":"","units":["a b"]}"#,
            #"{"error":"units: holds more than 100, or one that cannot be a unit; write 1 to 200 of A-Za-z0-9._:/@+-"}"#
        ),
    ]

    @Test(arguments: vectors)
    func `answers`(name: String, input: String, output: String) throws {
        #expect(try Self.filter(name)(Self.value(input)).canonicalText == output)
    }

    @Test(arguments: Filter.all.map(\.name))
    func `the first example shows an answer with every member that it has`(name: String) throws {
        let filter = try Self.filter(name)
        let example = try #require(filter.examples.first)
        let answer = try #require(filter(example).objectValue)
        #expect(answer["error"] == nil)
        #expect(Set(answer.keys).isSubset(of: filter.output.map(\.name)))
        for example in filter.examples {
            let members = Set(try #require(example.objectValue).keys)
            #expect(members.isSubset(of: filter.input.map(\.name)))
        }
    }

    @Test func `a frame made by another program is read`() throws {
        let filter = try Self.filter("frame")
        let answers = filter.examples.map { filter($0).at("units", "shop/api") }
        #expect(answers[0]?.at("failed", "reason") == "ImageNotFound")
        #expect(answers[1]?["frameError"] == "the frame's content does not have the digest that it names")
    }

    @Test func `names are unique and in order`() {
        #expect(Filter.all.map(\.name) == Set(Filter.all.map(\.name)).sorted())
    }
}
