// SPDX-License-Identifier: Apache-2.0
import CustomResources
import KubernetesModel

/// An object as it is named on the command line: `scanpolicy/nightly`.
package struct ObjectArgument: Hashable, Sendable {
    package let resource: ResourceType
    package let name: String

    /// `scanpolicy/nightly`
    package var text: String { "\(resource.kind.lowercased())/\(name)" }

    /// What to say of one of our kinds that a command has no use for.
    package struct Misfit: Sendable {
        var what: String
        /// Given the name of the object.
        var remedy: @Sendable (String) -> String
    }

    /// Reads `KIND/NAME`; the kind by its singular, plural or short name, with or without the group.
    ///
    /// - Parameter misfits: by kind.
    package init(
        parsing text: String, of kinds: [ResourceType], for command: String, misfits: [String: Misfit] = [:]
    ) throws(CommandFailure) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        let known = kinds.map { $0.kind.lowercased() }
        guard parts.count == 2 else {
            throw CommandFailure(
                what: "\(Self.shown(text)) names no object", place: command,
                remedy: "write KIND/NAME, such as \(known.first ?? "scanpolicy")/nightly", code: .usage)
        }
        for (kind, misfit) in misfits {
            guard let resource = CustomResourceDefinition.all.map(\.resource).first(where: { $0.kind == kind }),
                Self.names(of: resource).contains(parts[0].lowercased())
            else { continue }
            let name = ObjectName.isSubdomain(parts[1]) ? parts[1] : "NAME"
            throw CommandFailure(
                what: misfit.what, place: "\(command) \(kind.lowercased())/\(name)", remedy: misfit.remedy(name),
                code: .usage)
        }
        guard let resource = kinds.first(where: { Self.names(of: $0).contains(parts[0].lowercased()) }) else {
            throw CommandFailure(
                what: "\(Self.shown(parts[0])) is no kind that this command knows", place: command,
                remedy: "write \(known.map { "\($0)/NAME" }.joined(separator: " or "))", code: .usage)
        }
        guard ObjectName.isSubdomain(parts[1]) else {
            throw CommandFailure(
                what: "\(Self.shown(parts[1])) cannot be the name of an object", place: "\(command) \(parts[0])/…",
                remedy: "write lower-case letters, digits, - and .", code: .usage)
        }
        self.resource = resource
        name = parts[1]
    }

    private static func names(of resource: ResourceType) -> Set<String> {
        let singular = resource.kind.lowercased()
        let short = CustomResourceDefinition.all.first { $0.resource == resource }?.shortName
        return [
            singular, resource.plural, "\(singular).\(resource.group)", resource.qualifiedPlural, short ?? singular,
        ]
    }

    /// In quotes, control characters written out, cut.
    package static func shown(_ text: String) -> String {
        String(text.count > 60 ? text.prefix(60) + "…" : text[...]).debugDescription
    }
}
