// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import OCIModel

@Suite struct TagListingTests {
    private static let origin = RegistryOrigin(host: "r.io", isPlainHTTP: false)

    /// Plays a registry that answers each path from a table; what is not in it is 404.
    private func play(
        limits: TagListing.Limits = .init(), requests limit: Int = 1_000, _ answer: (String) -> (String, link: String?)?
    ) -> (effect: TagListing.Effect, paths: [String]) {
        var listing = TagListing("a", at: Self.origin, limits: limits)
        var paths: [String] = []
        var effect = listing.started()
        while case .get(let path) = effect, paths.count < limit {
            paths.append(path)
            guard let (body, link) = answer(path) else {
                effect = listing.answered(RegistryResponse(status: 404))
                continue
            }
            effect = listing.answered(
                RegistryResponse(status: 200, headers: link.map { [.init("Link", $0)] } ?? [], body: Array(body.utf8)))
        }
        return (effect, paths)
    }

    private func result(_ tags: [String], unusable: Int = 0, cut: TagListing.Cut? = nil) -> TagListing.Effect {
        var result = TagListing.Result()
        result.tags = tags
        result.unusable = unusable
        result.cut = cut
        return .finished(result)
    }

    @Test func `follows links as they stand, and gives each tag once`() {
        let pages: [String: (String, link: String?)] = [
            "/v2/a/tags/list?n=1000": (#"{"name":"a","tags":["1","2"]}"#, "</v2/a/tags/list?last=2&n=2>; rel=\"next\""),
            "/v2/a/tags/list?last=2&n=2": (#"{"tags":["2","3"]}"#, "<http://r.io/v2/a/tags/list?next=x>; rel=\"next\""),
            "/v2/a/tags/list?next=x": (#"{"tags":["4"],"manifest":{"x":[1]}}"#, nil),
        ]
        let (effect, paths) = play { pages[$0] }
        #expect(effect == result(["1", "2", "3", "4"]))
        #expect(paths.count == 3)
    }

    @Test(
        arguments: [
            (#"{"tags":null}"#, [], 0), (#"{"tags":[]}"#, [], 0),
            (#"{"tags":["1",null,5,{"x":[1]},"2"]}"#, ["1", "2"], 3),
            (#"{"tags":["a\u0000b","é","a b"]}"#, ["a\u{0}b", "é", "a b"], 0),
            (
                "{\"tags\":[\"\(String(repeating: "x", count: 200))\",\"\(String(repeating: "x", count: 100_000))\",\"1\"]}",
                ["1"], 2
            ),
            (#"{"tags":["sha256:aaaa",""]}"#, ["sha256:aaaa", ""], 0),
        ] as [(String, [String], Int)])
    func `takes what could be tags and counts the rest`(body: String, tags: [String], unusable: Int) {
        #expect(play { _ in (body, nil) }.effect == result(tags, unusable: unusable))
    }

    @Test(arguments: [
        "", "<html>429</html>", "[]", "{}", #"{"tags":5}"#, #"{"tags":["1"]"#, #"{"errors":[]}"#, "null",
        #"{"tags":["1"]}x"#,
    ])
    func `refuses what is no list`(body: String) {
        guard case .failed(.invalid(let why), 200) = play({ _ in (body, nil) }).effect else {
            Issue.record("taken: \(body)")
            return
        }
        #expect(why.hasPrefix("its list of tags is no JSON: "))
    }

    @Test(arguments: [
        ("</v2/a/tags/list?n=1000>; rel=next", TagListing.Cut.loop),
        ("<https://evil.com/v2/a/tags/list>; rel=next", .foreignLink), ("</v2/a/manifests/1>; rel=next", .foreignLink),
        ("</../../secret>; rel=next", .foreignLink), ("<gopher://r.io/v2/a/tags/list>; rel=next", .foreignLink),
        ("<https://r.io:444/v2/a/tags/list>; rel=next", .foreignLink),
    ])
    func `a link that leads elsewhere or back ends the list, and that is said`(link: String, cut: TagListing.Cut) {
        let (effect, paths) = play { _ in (#"{"tags":["1"]}"#, link) }
        #expect(effect == result(["1"], cut: cut))
        #expect(paths.count == 1)
    }

    @Test func `a list without end is cut: the same page under ever new names`() {
        var count = 0
        let (effect, _) = play { _ in
            count += 1
            return (#"{"tags":["1"]}"#, "</v2/a/tags/list?next=\(count)>; rel=next")
        }
        #expect(effect == result(["1"], cut: .loop))
        #expect(count == 2)
    }

    @Test func `a list without end is cut: ever new tags`() {
        var limits = TagListing.Limits()
        var count = 0
        func page(_ size: Int) -> (String, link: String?) {
            count += 1
            let tags = (0..<size).map { "\"\(count)-\($0)\"" }.joined(separator: ",")
            return ("{\"tags\":[\(tags)]}", "</v2/a/tags/list?next=\(count)>; rel=next")
        }
        func cut(_ effect: TagListing.Effect) -> (Int, TagListing.Cut?)? {
            if case .finished(let result) = effect { (result.tags.count, result.cut) } else { nil }
        }
        limits.pages = 7
        #expect(cut(play(limits: limits) { _ in page(1) }.effect) ?? (0, nil) == (7, .tooManyPages))
        limits = .init()
        limits.tags = 25
        #expect(cut(play(limits: limits) { _ in page(10) }.effect) ?? (0, nil) == (25, .tooManyTags))
        limits = .init()
        limits.bytes = 1_000
        #expect(cut(play(limits: limits) { _ in page(10) }.effect)?.1 == .tooManyBytes)
    }

    @Test func `a registry that knows no page size is asked without`() {
        var listing = TagListing("a", at: Self.origin)
        #expect(listing.started() == .get("/v2/a/tags/list?n=1000"))
        #expect(listing.answered(RegistryResponse(status: 400)) == .get("/v2/a/tags/list"))
        #expect(listing.answered(RegistryResponse(status: 400)) == .failed(.invalid("status 400"), httpStatus: 400))
    }

    @Test func `says what the registry says`() {
        var listing = TagListing("a", at: Self.origin)
        _ = listing.started()
        let body = Array(#"{"errors":[{"code":"TOO_MANY_TAGS_REQUESTED","message":"no\nmore"}]}"#.utf8)
        #expect(
            listing.answered(RegistryResponse(status: 422, body: body))
                == .failed(.invalid(#"status 422, TOO_MANY_TAGS_REQUESTED "no\nmore""#), httpStatus: 422))
    }
}
