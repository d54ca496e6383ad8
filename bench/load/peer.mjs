// The service a Node team would write from the same documents: Express, Sequelize, mysql2,
// jsonwebtoken, express-rate-limit, in the query sequence their guides suggest. It does less than
// the product: no idempotency keys, no sessions that can be ended, no encryption, no notices, and
// its limits are counted in each process alone.
//
// Usage: node peer.mjs setup   make the tables
//        node peer.mjs serve   PORT= WORKERS= DATABASE_URL= JWT_SECRET= JWT_REFRESH_SECRET=
import cluster from 'node:cluster';
import { randomBytes, randomInt } from 'node:crypto';
import { createRequire } from 'node:module';

// Packages are installed beside the working directory, not beside this file.
const require = createRequire(`${process.cwd()}/`);
const express = require('express');
const { rateLimit } = require('express-rate-limit');
const jwt = require('jsonwebtoken');
const multer = require('multer');
const { DataTypes, Op, Sequelize } = require('sequelize');

const { PORT, WORKERS, DATABASE_URL, JWT_SECRET, JWT_REFRESH_SECRET } = process.env;
const COST = 100;
const sequelize = new Sequelize(DATABASE_URL, {
  dialect: 'mysql',
  logging: false,
  pool: { max: 32, min: 8 },
  timezone: '+00:00',
});

const { BIGINT, BLOB, BOOLEAN, DATE, DECIMAL, INTEGER, STRING, TEXT } = DataTypes;
const key = (type = INTEGER) => ({ type, primaryKey: true, autoIncrement: true });
const table = (name, columns, indexes = []) =>
  sequelize.define(name, columns, { tableName: name, timestamps: false, indexes });

const User = table('users', {
  user_id: key(BIGINT),
  mobile: { type: STRING(20), unique: true },
  total_points: BIGINT,
  is_merchant: { type: BOOLEAN, defaultValue: false },
  nickname: STRING(50),
  avatar: STRING(255),
  status: { type: STRING(16), defaultValue: 'active' },
  last_login: DATE(3),
  created_at: { type: DATE(3), defaultValue: DataTypes.NOW },
});
const PointsRecord = table(
  'points_records',
  {
    id: key(BIGINT),
    user_id: BIGINT,
    type: STRING(8),
    points: BIGINT,
    description: STRING(255),
    source: STRING(20),
    balance_after: BIGINT,
    related_id: STRING(64),
    created_at: { type: DATE(3), defaultValue: DataTypes.NOW },
  },
  [{ fields: ['user_id', 'created_at'] }],
);
const Prize = table('lottery_settings', {
  prize_id: key(),
  prize_name: STRING(100),
  prize_type: STRING(16),
  prize_value: DECIMAL(10, 2),
  angle: INTEGER,
  color: STRING(7),
  probability: DECIMAL(6, 4),
  is_activity: BOOLEAN,
  status: STRING(16),
});
const Draw = table(
  'lottery_records',
  {
    id: key(BIGINT),
    draw_id: STRING(50),
    user_id: BIGINT,
    prize_id: INTEGER,
    prize_name: STRING(100),
    prize_type: STRING(16),
    prize_value: DECIMAL(10, 2),
    draw_type: STRING(16),
    is_near_miss: BOOLEAN,
    points_cost: INTEGER,
    created_at: { type: DATE(3), defaultValue: DataTypes.NOW },
  },
  [{ fields: ['user_id', 'created_at'] }, { fields: ['draw_id'] }],
);
const Product = table(
  'commodity_pool',
  {
    commodity_id: key(),
    name: STRING(100),
    description: TEXT,
    category: STRING(50),
    exchange_points: INTEGER,
    stock: INTEGER,
    image: STRING(255),
    status: STRING(16),
    is_hot: BOOLEAN,
    sort_order: INTEGER,
    rating: DECIMAL(3, 2),
    sales_count: INTEGER,
    created_at: DATE(3),
    updated_at: DATE(3),
  },
  [{ fields: ['status'] }, { fields: ['category'] }, { fields: ['exchange_points'] }],
);
const Order = table(
  'exchange_records',
  {
    id: key(BIGINT),
    user_id: BIGINT,
    commodity_id: INTEGER,
    order_id: { type: STRING(50), unique: true },
    product_name: STRING(100),
    quantity: INTEGER,
    points_cost: INTEGER,
    status: STRING(16),
    delivery_info: TEXT,
    exchange_time: { type: DATE(3), defaultValue: DataTypes.NOW },
  },
  [{ fields: ['user_id', 'exchange_time'] }],
);
const Receipt = table(
  'photo_reviews',
  {
    review_id: key(BIGINT),
    user_id: BIGINT,
    upload_id: { type: STRING(50), unique: true },
    picture: BLOB('medium'),
    input_amount: DECIMAL(10, 2),
    points_awarded: INTEGER,
    review_status: STRING(16),
    upload_time: { type: DATE(3), defaultValue: DataTypes.NOW },
  },
  [{ fields: ['user_id', 'upload_time'] }],
);

class Refusal extends Error {
  constructor(code, message, data = null) {
    super(message);
    Object.assign(this, { code, data });
  }
}

const newId = (prefix) => `${prefix}${Date.now()}${randomBytes(8).toString('hex')}`;
const answer = (response, data) => response.json({ code: 0, msg: 'success', data });
const route = (handler) => async (request, response, next) => {
  try {
    answer(response, await handler(request));
  } catch (error) {
    next(error);
  }
};

async function authenticate(request, response, next) {
  try {
    const [, token] = (request.headers.authorization ?? '').split(' ');
    if (!token) throw new Refusal(2001, '访问令牌不能为空');
    const claims = jwt.verify(token, JWT_SECRET);
    request.user = await User.findByPk(claims.user_id);
    if (!request.user) throw new Refusal(2002, '访问令牌无效或已过期');
    if (request.user.status === 'banned') throw new Refusal(1005, '账号已被禁用');
    next();
  } catch (error) {
    next(error instanceof Refusal ? error : new Refusal(2002, '访问令牌无效或已过期'));
  }
}

const limit = (keyGenerator) =>
  rateLimit({
    windowMs: 60_000,
    limit: 1_000_000_000,
    standardHeaders: 'draft-6',
    legacyHeaders: false,
    keyGenerator,
    handler: (request, response) =>
      response.status(429).json({ code: 3001, msg: '请求过于频繁，请稍后再试', data: null }),
  });
const limitAddress = limit((request) => request.ip);
const limitUser = limit((request) => String(request.user.user_id));
const limitDraws = limit((request) => `draw:${request.user.user_id}`);

const activePrizes = (transaction) =>
  Prize.findAll({ where: { status: 'active' }, order: [['angle', 'ASC']], transaction });

async function config() {
  const prizes = await activePrizes();
  return {
    cost_points: COST,
    prizes: prizes.map((prize) => ({
      id: prize.prize_id,
      name: prize.prize_name,
      type: prize.prize_type,
      value: Number(prize.prize_value),
      angle: prize.angle,
      color: prize.color,
      probability: Number(prize.probability),
      is_activity: prize.is_activity,
    })),
  };
}

function spin(prizes) {
  const point = randomInt(1_000_000) / 1_000_000;
  let end = 0;
  for (const prize of prizes) {
    end += Number(prize.probability);
    if (point < end) return prize;
  }
  return prizes[prizes.length - 1];
}

async function book(user, points, source, description, relatedId, transaction) {
  const balance = Number(user.total_points) + points;
  await user.update({ total_points: balance }, { transaction });
  await PointsRecord.create(
    {
      user_id: user.user_id,
      type: points > 0 ? 'earn' : 'spend',
      points,
      description,
      source,
      balance_after: balance,
      related_id: relatedId,
    },
    { transaction },
  );
}

const TURNS = { single: 1, triple: 3, quintuple: 5, decade: 10 };

function draw(request) {
  const type = request.body.draw_type ?? 'single';
  const turns = TURNS[type];
  if (!turns) throw new Refusal(9001, '参数错误');
  return sequelize.transaction(async (transaction) => {
    const lock = transaction.LOCK.UPDATE;
    const user = await User.findByPk(request.user.user_id, { transaction, lock });
    const cost = COST * turns;
    if (user.total_points < cost) {
      throw new Refusal(3001, '积分余额不足', { required: cost, current: user.total_points });
    }
    const prizes = await activePrizes(transaction);
    const drawId = newId('LD');
    await book(user, -cost, 'lottery', '抽奖', drawId, transaction);
    const results = [];
    let won = 0;
    for (let turn = 1; turn <= turns; turn += 1) {
      const prize = spin(prizes);
      await Draw.create(
        {
          draw_id: drawId,
          user_id: user.user_id,
          prize_id: prize.prize_id,
          prize_name: prize.prize_name,
          prize_type: prize.prize_type,
          prize_value: prize.prize_value,
          draw_type: type,
          is_near_miss: false,
          points_cost: COST,
        },
        { transaction },
      );
      if (prize.prize_type === 'points') won += Number(prize.prize_value);
      results.push({
        prize_id: prize.prize_id,
        prize_name: prize.prize_name,
        prize_type: prize.prize_type,
        prize_value: Number(prize.prize_value),
        angle: prize.angle,
        is_near_miss: false,
        draw_sequence: turn,
      });
    }
    if (won) await book(user, won, 'lottery_win', '抽奖获得积分', drawId, transaction);
    return {
      draw_id: drawId,
      draw_type: type,
      results,
      points_cost: cost,
      remaining_points: Number(user.total_points),
    };
  });
}

const SORTABLE = new Set([
  'sort_order', 'exchange_points', 'stock', 'sales_count', 'rating', 'created_at',
]);

async function products(request) {
  const { category, min_points, max_points, stock_status } = request.query;
  const page = Math.max(1, Number.parseInt(request.query.page ?? '1', 10));
  const limit = Math.min(100, Number.parseInt(request.query.limit ?? '20', 10));
  const where = { status: 'active' };
  if (category && category !== 'all' && category !== '全部') where.category = category;
  if (min_points) where.exchange_points = { [Op.gte]: Number(min_points) };
  if (max_points) {
    where.exchange_points = { ...where.exchange_points, [Op.lte]: Number(max_points) };
  }
  if (stock_status === 'in_stock') where.stock = { [Op.gt]: 0 };
  if (stock_status === 'out_of_stock') where.stock = 0;
  const sortBy = SORTABLE.has(request.query.sort_by) ? request.query.sort_by : 'sort_order';
  const direction = request.query.sort_order?.toUpperCase() === 'DESC' ? 'DESC' : 'ASC';
  const { count, rows } = await Product.findAndCountAll({
    where,
    order: [[sortBy, direction], ['commodity_id', 'ASC']],
    limit,
    offset: (page - 1) * limit,
  });
  return {
    products: rows.map((product) => ({
      id: product.commodity_id,
      name: product.name,
      description: product.description,
      category: product.category,
      exchange_points: product.exchange_points,
      points_cost: product.exchange_points,
      stock: product.stock,
      image: product.image,
      is_hot: product.is_hot,
      rating: Number(product.rating),
      sales_count: product.sales_count,
      status: product.stock > 0 ? 'available' : 'sold_out',
    })),
    pagination: { total: count, page, limit, total_pages: Math.ceil(count / limit) },
  };
}

function redeem(request) {
  const { commodity_id, quantity = 1, delivery_info = null } = request.body;
  return sequelize.transaction(async (transaction) => {
    const lock = transaction.LOCK.UPDATE;
    const product = await Product.findOne({
      where: { commodity_id, status: 'active' },
      transaction,
      lock,
    });
    if (!product) throw new Refusal(4001, '商品不存在');
    if (product.stock < quantity) {
      throw new Refusal(4002, '库存不足', { available: product.stock, requested: quantity });
    }
    const user = await User.findByPk(request.user.user_id, { transaction, lock });
    const cost = product.exchange_points * quantity;
    if (user.total_points < cost) {
      throw new Refusal(4003, '积分余额不足', { required: cost, current: user.total_points });
    }
    const orderId = newId('EX');
    await product.update(
      { stock: product.stock - quantity, sales_count: product.sales_count + quantity },
      { transaction },
    );
    await book(user, -cost, 'exchange', `兑换商品：${product.name}`, orderId, transaction);
    const order = await Order.create(
      {
        user_id: user.user_id,
        commodity_id,
        order_id: orderId,
        product_name: product.name,
        quantity,
        points_cost: cost,
        status: 'pending',
        delivery_info: delivery_info && JSON.stringify(delivery_info),
      },
      { transaction },
    );
    return {
      order_id: orderId,
      product_name: product.name,
      quantity,
      points_cost: cost,
      remaining_points: Number(user.total_points),
      status: order.status,
      exchange_time: order.exchange_time,
    };
  });
}

async function login(request) {
  const { phone, code } = request.body;
  if (!/^1[3-9]\d{9}$/.test(phone)) throw new Refusal(1001, '手机号格式不正确');
  if (!/^\d{6}$/.test(code)) throw new Refusal(1002, '验证码错误或已过期');
  const [user] = await User.findOrCreate({
    where: { mobile: phone },
    defaults: { nickname: `用户${phone.slice(-4)}`, total_points: 1000 },
  });
  await user.update({ last_login: new Date() });
  const mobile = `${phone.slice(0, 3)}****${phone.slice(-4)}`;
  const claims = { user_id: user.user_id, mobile, is_merchant: user.is_merchant };
  return {
    access_token: jwt.sign(claims, JWT_SECRET, { expiresIn: 7200 }),
    refresh_token: jwt.sign({ user_id: user.user_id }, JWT_REFRESH_SECRET, { expiresIn: '7d' }),
    expires_in: 7200,
    user_info: {
      user_id: user.user_id,
      mobile,
      nickname: user.nickname,
      avatar: user.avatar,
      total_points: Number(user.total_points),
      is_merchant: user.is_merchant,
    },
  };
}

async function upload(request) {
  if (!request.file) throw new Refusal(5001, '请选择要上传的图片');
  const amount = Number(request.body.amount ?? 0);
  const receipt = await Receipt.create({
    user_id: request.user.user_id,
    upload_id: newId('UP'),
    picture: request.file.buffer,
    input_amount: amount,
    points_awarded: Math.max(50, Math.min(2000, Math.floor(amount * 10))),
    review_status: 'pending',
  });
  return {
    upload_id: receipt.upload_id,
    input_amount: amount,
    points_awarded: receipt.points_awarded,
    review_status: receipt.review_status,
  };
}

function serve() {
  const app = express();
  app.set('trust proxy', 1);
  app.use(express.json());
  const picture = multer({ storage: multer.memoryStorage(), limits: { fileSize: 10485760 } });
  const guest = [authenticate, limitUser];
  app.post('/api/auth/login', limitAddress, route(login));
  app.get('/api/lottery/config', guest, route(config));
  app.post('/api/lottery/draw', guest, limitDraws, route(draw));
  app.get('/api/exchange/products', guest, route(products));
  app.post('/api/exchange/redeem', guest, route(redeem));
  app.post('/api/photo/upload', guest, picture.single('file'), route(upload));
  app.get('/healthz', (request, response) => answer(response, { status: 'ok' }));
  app.use((error, request, response, next) => {
    const known = error instanceof Refusal;
    if (!known) console.error(error);
    response
      .status(known ? 200 : 500)
      .json({ code: known ? error.code : 1000, msg: error.message, data: error.data ?? null });
  });
  app.listen(Number(PORT), '127.0.0.1', 1024);
}

if (process.argv[2] === 'setup') {
  await sequelize.sync();
  await sequelize.close();
} else if (cluster.isPrimary) {
  for (let worker = 0; worker < Number(WORKERS); worker += 1) cluster.fork();
  const stop = () => process.exit(0);
  process.on('SIGTERM', stop);
} else {
  serve();
}
