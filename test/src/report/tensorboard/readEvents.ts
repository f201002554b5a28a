// Reads event files as TensorBoard does, by protobufjs and definitions copied field by field from tensorboard/compat/proto and the mesh
// plugin: nothing here comes from the code under test but the check sums, which have tests of their own.

import { readFileSync } from 'node:fs';
import protobuf from 'protobufjs';
import { maskedCrc } from '../../../../src/report/tensorboard/record.ts';

const { root } = protobuf.parse(`
syntax = "proto3";
message Event {
  double wall_time = 1;
  int64 step = 2;
  oneof what { string file_version = 3; Summary summary = 5; }
}
message Summary {
  message Image { int32 height = 1; int32 width = 2; int32 colorspace = 3; bytes encoded_image_string = 4; }
  message Value {
    string tag = 1;
    SummaryMetadata metadata = 9;
    oneof value { float simple_value = 2; Image image = 4; TensorProto tensor = 8; }
  }
  repeated Value value = 1;
}
message SummaryMetadata {
  message PluginData { string plugin_name = 1; bytes content = 2; }
  PluginData plugin_data = 1;
}
enum DataType { DT_INVALID = 0; DT_FLOAT = 1; DT_DOUBLE = 2; DT_INT32 = 3; DT_UINT8 = 4; }
message TensorShapeProto { message Dim { int64 size = 1; string name = 2; } repeated Dim dim = 2; }
message TensorProto { DataType dtype = 1; TensorShapeProto tensor_shape = 2; bytes tensor_content = 4; }
message MeshPluginData {
  enum ContentType { UNDEFINED = 0; VERTEX = 1; FACE = 2; COLOR = 3; }
  int32 version = 1;
  string name = 2;
  ContentType content_type = 3;
  string json_config = 5;
  repeated int32 shape = 6;
  uint32 components = 7;
}`);

export interface EventMessage {
  wallTime: number;
  step?: number;
  fileVersion?: string;
  summary?: { value: ValueMessage[] };
}

export interface ValueMessage {
  tag: string;
  simpleValue?: number;
  image?: { height: number; width: number; colorspace: number; encodedImageString: Buffer };
  tensor?: { dtype: string; tensorShape: { dim: { size: number }[] }; tensorContent: Buffer };
  metadata?: { pluginData: { pluginName: string; content: Buffer } };
}

/** @throws Error where a record is cut off or damaged, or encoded otherwise than protobufjs would. */
export function readEvents(file: string): EventMessage[] {
  const bytes = readFileSync(file);
  const type = root.lookupType('Event');
  const events: EventMessage[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = Number(bytes.readBigUInt64LE(at));
    const data = bytes.subarray(at + 12, at + 12 + length);
    const isWhole =
      bytes.readUInt32LE(at + 8) === maskedCrc(bytes.subarray(at, at + 8)) &&
      bytes.readUInt32LE(at + 12 + length) === maskedCrc(data);
    if (!isWhole) throw new Error(`the record at byte ${at} is damaged`);
    const decoded = type.decode(data);
    if (!data.equals(type.encode(decoded).finish())) throw new Error(`the event at byte ${at} is odd`);
    events.push(toObject(decoded) as EventMessage);
    at += 16 + length;
  }
  return events;
}

export function readMeshMetadata(content: Buffer): object {
  return toObject(root.lookupType('MeshPluginData').decode(content));
}

const toObject = (message: protobuf.Message) =>
  message.$type.toObject(message, { longs: Number, enums: String, bytes: Buffer });
