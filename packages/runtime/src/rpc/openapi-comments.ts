import type {
  DescEnum,
  DescEnumValue,
  DescField,
  DescFile,
  DescMessage,
  DescMethod,
  DescService,
} from '@bufbuild/protobuf';

/** What can have a comment. */
export type Commented = DescMessage | DescField | DescEnum | DescEnumValue | DescService | DescMethod;

/** The comment that stands before something in its contract, as one paragraph; empty when there is none. Pure. */
export function commentOf(what: Commented): string {
  const path = pathOf(what).join('.');
  const location = fileOf(what).proto.sourceCodeInfo?.location.find((each) => each.path.join('.') === path);
  return (location?.leadingComments ?? '').trim().replaceAll(/\s*\n\s*/g, ' ');
}

/** Field numbers of google.protobuf.FileDescriptorProto and its parts: the way to a thing inside its file. */
const inFile = { message: 4, enum: 5, service: 6 } as const;
const inMessage = { field: 2, message: 3, enum: 4 } as const;
const valueInEnum = 2;
const methodInService = 2;

function pathOf(what: Commented): number[] {
  switch (what.kind) {
    case 'service':
      return [inFile.service, what.file.services.indexOf(what)];
    case 'rpc':
      return [...pathOf(what.parent), methodInService, what.parent.methods.indexOf(what)];
    case 'enum_value':
      return [...pathOf(what.parent), valueInEnum, what.parent.values.indexOf(what)];
    case 'field':
      return [...pathOf(what.parent), inMessage.field, what.parent.proto.field.indexOf(what.proto)];
    case 'message':
      return what.parent === undefined
        ? [inFile.message, what.file.proto.messageType.indexOf(what.proto)]
        : [...pathOf(what.parent), inMessage.message, what.parent.proto.nestedType.indexOf(what.proto)];
    case 'enum':
      return what.parent === undefined
        ? [inFile.enum, what.file.proto.enumType.indexOf(what.proto)]
        : [...pathOf(what.parent), inMessage.enum, what.parent.proto.enumType.indexOf(what.proto)];
  }
}

function fileOf(what: Commented): DescFile {
  switch (what.kind) {
    case 'enum_value':
    case 'field':
    case 'rpc':
      return what.parent.file;
    default:
      return what.file;
  }
}
