// SPDX-License-Identifier: Apache-2.0
import Essentials
import JSONScan

/// The tags of a repository, page after page.
///
/// The list has an end, whatever the registry does: a page that was seen before, that brings nothing new or that leads elsewhere
/// is the last. Links are followed and never made up (Amazon's public registry answers made-up ones with 405).
package struct TagListing: Sendable {
    package struct Limits: Sendable, Equatable {
        package var pages = 500
        package var tags = 100_000
        package var bytesPerPage = 8 << 20
        package var bytes = 32 << 20

        package init() {}
    }

    package struct Result: Hashable, Sendable {
        /// As they came, without repeats.
        package var tags: [String] = []
        /// Entries that cannot be tags: not text, or longer than one can be.
        package var unusable = 0
        /// Why there may be more than these; nil where the list is whole.
        package var cut: Cut?

        package init() {}
    }

    package enum Cut: String, Hashable, Sendable {
        case tooManyPages = "TooManyPages"
        case tooManyTags = "TooManyTags"
        case tooManyBytes = "TooManyBytes"
        /// A link to a page that was there before, or to one without anything new.
        case loop = "Loop"
        /// A link that leads to another place than the list.
        case foreignLink = "ForeignLink"
    }

    package enum Effect: Equatable, Sendable {
        /// Path and query of the next page.
        case get(String)
        case finished(Result)
        case failed(RegistryError.Reason, httpStatus: Int?)
    }

    /// The page size that is asked for; Amazon's registry refuses more.
    static let pageSize = 1_000

    private let limits: Limits
    private let base: RegistryLocation
    private var current: RegistryLocation
    private var seen: Set<String> = []
    private var known: Set<String> = []
    private var pages = 0
    private var bytes = 0
    private var hasPageSize = true
    private var result = Result()

    package init(_ repository: String, at origin: RegistryOrigin, limits: Limits = Limits()) {
        self.limits = limits
        base = RegistryLocation(origin, "/v2/\(repository)/tags/list")
        current = RegistryLocation(origin, base.path + "?n=\(Self.pageSize)")
    }

    package mutating func started() -> Effect {
        seen.insert(current.path)
        return .get(current.path)
    }

    package mutating func answered(_ response: RegistryResponse) -> Effect {
        switch response.status {
        case 200: break
        case 404: return .failed(.notFound, httpStatus: 404)
        case 400 where pages == 0 && hasPageSize, 405 where pages == 0 && hasPageSize:
            // A registry that knows no page size, or a smaller one than ours.
            hasPageSize = false
            current = base
            return .get(current.path)
        default:
            let words =
                "status \(response.status)" + (RegistryProblem(response.body).map { ", \($0.description)" } ?? "")
            return .failed(.invalid(words), httpStatus: response.status)
        }
        bytes += response.body.count
        pages += 1
        let before = result.tags.count
        do throws(JSONError) {
            try read(response.body)
        } catch {
            return .failed(.invalid("its list of tags is no JSON: \(error.description)"), httpStatus: 200)
        }
        guard let link = NextPage.target(response.headers("link")) else { return end(nil) }
        if result.tags.count >= limits.tags { return end(.tooManyTags) }
        if bytes >= limits.bytes { return end(.tooManyBytes) }
        if pages >= limits.pages { return end(.tooManyPages) }
        guard let next = RegistryLocation(link, relativeTo: current), isOurs(next) else { return end(.foreignLink) }
        guard seen.insert(next.path).inserted, result.tags.count > before else { return end(.loop) }
        current = RegistryLocation(base.origin, next.path)
        return .get(next.path)
    }

    /// The registry's own list; behind a proxy, with `http` for `https`. Some name another repository (Artifactory, Nexus).
    private func isOurs(_ next: RegistryLocation) -> Bool {
        next.origin.host == base.origin.host && next.path.hasPrefix("/v2/")
            && next.path.prefix { $0 != "?" }.hasSuffix("/tags/list")
    }

    private func end(_ cut: Cut?) -> Effect {
        var result = self.result
        result.cut = cut ?? result.cut
        return .finished(result)
    }

    private mutating func read(_ body: [UInt8]) throws(JSONError) {
        var scanner = JSONScanner(body, limits: JSONLimits(maximumDepth: 64, maximumBytes: limits.bytesPerPage))
        var tags: [String]?
        var unusable = 0
        try scanner.readObject { (key, scanner) throws(JSONError) in
            guard key == "tags" else { return }
            var found: [String] = []
            try scanner.readArray { (scanner) throws(JSONError) in
                if let tag = try Self.tag(scanner.captureValue()) { found.append(tag) } else { unusable += 1 }
            }
            tags = found
        }
        try scanner.finish()
        guard let tags else { throw JSONError(path: "tags", offset: 0, reason: "it is not there") }
        result.unusable += unusable
        for tag in tags where known.insert(tag).inserted {
            guard result.tags.count < limits.tags else {
                result.cut = .tooManyTags
                return
            }
            result.tags.append(tag)
        }
    }

    /// Nil for what is no text, or a longer one than a tag and a digest can be.
    private static func tag(_ value: ArraySlice<UInt8>) throws(JSONError) -> String? {
        guard value.first == UInt8(ascii: "\""), value.count <= 512 else { return nil }
        if !value.contains(UInt8(ascii: "\\")) {
            return value.count <= 162 ? String(validating: value.dropFirst().dropLast(), as: UTF8.self) : nil
        }
        var reader = JSONScanner(Array(value))
        let text = try reader.readString()
        return text.utf8.count <= 160 ? text : nil
    }
}
